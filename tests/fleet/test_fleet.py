"""The playbook of examples/fleet, by the real ansible-playbook, over hosts of a real kernel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lvsc.lab import uml
from lvsc.lab.boot_program import Program

MODULES = ("ip_vs", "ip_vs_rr", "veth", "bridge", "dummy")
ONE, TWO = "192.0.2.101", "192.0.2.102"
WEB1, WEB2 = "192.0.2.11", "192.0.2.12"
UNTOUCHED = {"table": [], "vips": [], "arp_ignore": "0"}


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("fleet")
    ran = uml.run(Program(Path(__file__).with_name("rollout.py"), folder, MODULES, 500))
    assert ran.exit_code == 0, ran.log
    found: dict[str, Any] = json.loads((folder / "results").read_text())
    return found


def table(vip: str, server: str) -> list[str]:
    return [f"-A -t {vip}:80 -s rr", f"-a -t {vip}:80 -r {server}:80 -g -w 1"]


def applied(out: str) -> list[list[str]]:
    """The hosts that were applied to, play by play."""
    tasks = re.findall(r"^TASK \[Apply\] \*+\n(.*?)(?=^TASK|^PLAY)", out, re.M | re.S)
    return [sorted(re.findall(r"^(?:ok|changed): \[(\w+)\]", task, re.M)) for task in tasks]


def test_a_lint_error_stops_it_before_anything_is_touched(results: dict[str, Any]) -> None:
    found = results["lint error"]
    assert found["code"] == 2
    assert "there is no real server `web9`" in found["out"]
    assert found["out"].count("PLAY [") == 1
    assert all(host == UNTOUCHED for host in found["hosts"].values())


def test_a_probe_that_fails_stops_it_at_the_first_director(results: dict[str, Any]) -> None:
    found = results["probe fails"]
    assert found["code"] == 2, found["out"]
    assert applied(found["out"]) == [["web1", "web2"], ["lvs1"]]
    assert found["hosts"]["lvs2"] == UNTOUCHED


def test_what_was_rolled_out_before_that_serves(results: dict[str, Any]) -> None:
    hosts = results["probe fails"]["hosts"]
    assert hosts["lvs1"]["table"] == table(ONE, WEB1)
    assert hosts["lvs1"]["vips"] == [ONE]
    assert hosts["web1"] == {"table": [], "vips": [ONE, TWO], "arp_ignore": "1"}
    assert results["answers"] == {ONE: {"web1": 6}}


def test_a_change_goes_to_real_servers_then_directors_then_real_servers(results: dict[str, Any]) -> None:
    found = results["changed"]
    assert found["code"] == 0, found["out"]
    assert applied(found["out"]) == [["web1", "web2"], ["lvs1"], ["lvs2"], ["web1", "web2"]]


def test_every_host_then_holds_what_it_shall(results: dict[str, Any]) -> None:
    hosts = results["changed"]["hosts"]
    for name, vip in (("lvs1", ONE), ("lvs2", TWO)):
        assert hosts[name]["table"] == table(vip, WEB2)
        assert hosts[name]["vips"] == [vip]
    assert hosts["web1"]["vips"] == []
    assert hosts["web2"] == {"table": [], "vips": [ONE, TWO], "arp_ignore": "1"}
    assert results["answers after"] == {ONE: {"web2": 6}, TWO: {"web2": 6}}


def test_the_change_loses_no_connection(results: dict[str, Any]) -> None:
    said = results["meanwhile"][ONE]
    assert {who: times for who, times in said.items() if who not in ("web1", "web2")} == {}
    assert said["web1"] > 50
    assert said["web2"] > 50
