"""A director whose table keepalived owns, in a real kernel: checked, replaced, read again, drained by files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lvsc.lab import uml
from lvsc.lab.boot_program import Program
from tests.importers.cases import hosts_of

MODULES = ("ip_vs", "ip_vs_wrr", "ip_vs_wlc", "veth", "bridge", "dummy")


def row(number: int, weight: int) -> str:
    return f"-a -t 10.2.0.100:80 -r 10.2.0.1{number}:80 -g -w {weight}"


WRR, WLC = "-A -t 10.2.0.100:80 -s wrr", "-A -t 10.2.0.100:80 -s wlc"


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("daemon")
    ran = uml.run(Program(Path(__file__).with_name("daemon.py"), folder, MODULES, 1500))
    assert ran.exit_code == 0, ran.log
    found: dict[str, Any] = json.loads((folder / "results").read_text())
    return found


def test_without_a_daemon_the_file_is_put_there_and_the_table_left(seen: dict[str, Any]) -> None:
    said = seen["no daemon yet"]
    assert (said["code"], said["table"]) == (0, [])
    assert "lvsc: keepalived does not run here: its file is put there, start it then" in said["err"].splitlines()


def test_what_keepalived_makes_of_it_is_what_is_wanted(seen: dict[str, Any]) -> None:
    assert seen["running"]["table"] == [WRR, row(1, 10), row(2, 10), row(3, 10)]
    assert seen["running"]["out"] == "drift: 0\n"
    assert seen["nothing to do"]["out"] == "lvs1: nothing to do\n"


def test_the_live_director_as_a_topology(seen: dict[str, Any]) -> None:
    said = seen["imported"]
    assert said["code"] == 0, said["err"]
    (director,) = [host for host in hosts_of(said["out"]).values() if host.ipvs]
    (service,) = director.ipvs
    assert (str(service.address), service.port, service.scheduler.value) == ("10.2.0.100", 80, "wrr")
    assert {(str(each.address), each.weight) for each in service.destinations} == {(f"10.2.0.1{n}", 10) for n in "123"}
    assert [check.kind.value for check in service.checks] == ["tcp"]
    assert ("br0", "10.2.0.1/24") in {(each.device, str(each.address)) for each in director.addresses}


def test_a_real_server_is_drained_without_a_reload_and_comes_back(seen: dict[str, Any]) -> None:
    assert seen["drain"]["code"] == 0
    assert seen["drained"]["table"] == [WRR, row(1, 0), row(2, 10), row(3, 10)]
    assert "drained by hand: 10.2.0.11" in seen["drained"]["out"]
    assert seen["undrained"] == [WRR, row(1, 10), row(2, 10), row(3, 10)]


def test_what_health_checks_decide_is_no_drift(seen: dict[str, Any]) -> None:
    assert seen["down"] == [WRR, row(1, 10), row(2, 10)]
    assert (seen["one is down"]["code"], seen["one is down"]["out"]) == (0, "drift: 0\n")


def test_a_change_is_read_by_the_running_daemon(seen: dict[str, Any]) -> None:
    assert seen["changed"]["code"] == 0
    assert seen["changed"]["table"] == [WLC, row(1, 7), row(2, 7)]


def test_a_real_server_loses_its_weight_before_it_goes(seen: dict[str, Any]) -> None:
    assert seen["removed"]["code"] == 0
    assert "  keepalived: what leaves gets no new connections" in seen["removed"]["err"].splitlines()
    assert seen["removed"]["table"] == [WRR, row(2, 10)]
    assert "10.2.0.11" not in seen["file"]


def test_a_failure_brings_the_former_file_back_and_has_it_read(seen: dict[str, Any]) -> None:
    assert seen["probe fails"]["code"] == 6
    assert seen["probe fails"]["err"].splitlines()[-1] == "lvsc: rolled back: all is as it was, read back"
    assert seen["file after"] == seen["file"]
    assert seen["probe fails"]["table"] == [WRR, row(2, 10)]


def test_a_table_that_keepalived_owns_is_not_taken_from_it(seen: dict[str, Any]) -> None:
    assert seen["foreign owner"]["code"] == 5
    assert "lvsc: keepalived runs here and owns the IPVS table" in seen["foreign owner"]["err"].splitlines()
