"""lvsc walk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import ROOT

TRUTH = ROOT / "tests" / "walk" / "truth"
WORKING = ["dr-good", "nat-good-lan", "tun-good", "nat-full-snat-dip", "dr6-gw-dir-fwd1", "nat6-good", "tun6-named"]
LOST = {
    "dr-gw-missing": "no-route",
    "dr-rip-noroute": "loop",
    "dr-dir-no-vip": "no-neighbour",
    "dr-twoarm-gw-dir": "martian-source",
    "nat-fwd0": "not-local",
    "nat-client-inside": "wrong-source",
    "nat6-gw-other": "wrong-source",
    "tun-rpf-tunl1": "reverse-path",
    "tun-no-tunl0": "not-opened",
    "tun6-down": "not-opened",
    "dr6-gw-dir-fwd0": "not-local",
    "w0-all": "no-destination",
    "dr-fw-input-drop": "filtered",
    "nat-rs-port-closed": "port-closed",
}


@pytest.mark.parametrize("name", WORKING)
def test_a_working_cluster_is_shown_there_and_back(name: str, lvsc: Run) -> None:
    done = lvsc("walk", "--states", str(TRUTH / f"{name}.json"))
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert ": works, answered by " in lines[0]
    assert any(line.startswith("  > ") for line in lines)
    assert any(line.startswith("  < ") for line in lines)


@pytest.mark.parametrize(("name", "end"), LOST.items(), ids=LOST)
def test_a_broken_cluster_is_shown_to_where_the_packet_is_lost(name: str, end: str, here: Run) -> None:
    path = str(TRUTH / f"{name}.json")
    done = here("walk", "--states", path)
    assert done.returncode == 1
    assert any(line.startswith("  x ") for line in done.stdout.splitlines())
    walk = json.loads(here("walk", "--states", path, "--json").stdout)["walks"][0]
    assert (walk["verdict"] in ("fails", "partial"), walk["end"]) == (True, end)
    assert walk["hop"] == walk["hops"][-1]
    assert walk["hop"]["end"] == end


def test_a_bypass_names_who_answered(lvsc: Run) -> None:
    done = lvsc("walk", "--states", str(TRUTH / "dr-noarp-rsfirst.json"))
    assert done.stdout.splitlines()[0] == "client to 192.0.2.100:80/tcp: bypass, answered by rs2 4"
    assert "past the director" in done.stdout


def test_a_folder_of_hosts_is_walked_from_any_to_any(lvsc: Run, tmp_path: Path) -> None:
    case = json.loads((TRUTH / "dr-good.json").read_text(encoding="utf-8"))
    for host in case["hosts"]:
        (tmp_path / f"{host['name']}.json").write_text(json.dumps(host), encoding="utf-8")
    done = lvsc("walk", "--states", str(tmp_path), "--from", "client", "--to", "192.0.2.100:80/tcp", "--json")
    walk = json.loads(done.stdout)["walks"][0]
    assert (done.returncode, walk["verdict"], walk["answers"]) == (0, "works", {"rs1": 2, "rs2": 2})
    done = lvsc("walk", "--states", str(tmp_path), "--from", "rs1", "--to", "192.0.2.100:80", "--connections", "1")
    assert (done.returncode, "bypass" in done.stdout) == (1, True)


def test_without_a_director_its_standby_answers(lvsc: Run) -> None:
    done = lvsc("walk", "examples/dr-pair.yaml", "remote", "shop-http", "--down", "lvs1")
    assert (done.returncode, "lvs2 eth0" in done.stdout, "lvs1" in done.stdout) == (0, True, False)


def test_a_real_server_that_is_down_is_taken_out_by_its_check(lvsc: Run) -> None:
    done = lvsc("walk", "examples/dr-pair.yaml", "remote", "shop-http", "--down", "web1")
    assert (done.returncode, "web1" in done.stdout) == (0, False)


def test_every_hop_says_where_its_fact_stands(lvsc: Run) -> None:
    done = lvsc(
        "walk", "examples/broken/tun-reverse-path.yaml", "internet", "https", "--real-server", "west1", "--json"
    )
    hop = json.loads(done.stdout)["walks"][0]["hop"]
    assert hop["fact"] == {
        "kind": "sysctl",
        "key": "net.ipv4.conf.lvsc-ipip.rp_filter",
        "value": "1",
        "place": "examples/broken/tun-reverse-path.yaml:29:42",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["examples/dr-pair.yaml", "nobody", "shop-http"], "no client is named nobody"),
        (["examples/dr-pair.yaml", "remote", "shop-htp"], 'did you mean "shop-http"?'),
        (["examples/dr-pair.yaml", "remote", "shop-http", "--real-server", "db1"], "no real server of the service"),
        (["examples/dr-pair.yaml", "remote", "shop-http", "--down", "lvs9"], "no host is named lvs9"),
        (["--states", "tests/walk/truth/dr-good.json", "--from", "nobody", "--to", "192.0.2.1:80"], "no host is named"),
    ],
    ids=["client", "service", "real server", "down", "from"],
)
def test_a_name_that_is_not_there_is_refused(arguments: list[str], said: str, lvsc: Run) -> None:
    done = lvsc("walk", *arguments)
    assert (done.returncode, said in done.stderr) == (3, True), done.stderr


def test_what_is_not_followed_is_said(lvsc: Run, tmp_path: Path) -> None:
    case = json.loads((TRUTH / "dr-good.json").read_text(encoding="utf-8"))
    rule = {"act": "accept", "unmodelled": "-m hashlimit"}
    case["hosts"][2]["chains"] = [{"family": "ip", "hook": "input", "priority": 0, "rules": [rule]}]
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    walk = json.loads(lvsc("walk", "--states", str(path), "--json").stdout)["walks"][0]
    assert (walk["verdict"], walk["unmodelled"]) == ("unmodelled", ["dir: -m hashlimit"])


def test_nothing_is_written(lvsc: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    lvsc("walk", "examples/dr-minimal.yaml", "internet", "http", cwd=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"examples"}


def test_what_is_not_known_of_a_host_is_said(lvsc: Run, tmp_path: Path) -> None:
    path = tmp_path / "lvsc.yaml"
    path.write_text(
        "lvsc: 1\n"
        "networks: {lan: {subnet: 192.0.2.0/24, gateway: 192.0.2.1}}\n"
        "directors: {lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}}}}\n"
        "real_servers: {old: {managed: false, interfaces: {eth0: {network: lan, address: 192.0.2.11}}}}\n"
        "vips: {web: {address: 192.0.2.100}}\n"
        "services: {http: {vip: web, port: 80, mode: dr, real_servers: [old]}}\n",
        encoding="utf-8",
    )
    done = lvsc("walk", str(path), "internet", "http")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "  not followed: old: nothing is said of its sysctl, tunnel, vip"
