"""`lvsc rehearse --states`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

CASE = "tests/walk/truth/nat-gw-one-wrong.json"


def test_the_asks_of_a_file_are_played(lvsc: Run) -> None:
    done = lvsc("rehearse", "--states", "tests/walk/truth/dr-failover-garp.json")
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "from    to                  verdict  answered by"
    assert "  (dir2: announce address 192.0.2.100/32 on eth0)" in lines
    assert lines[-1].startswith("2 of 3 answered through a director, in ")


def test_another_ask_takes_their_place(lvsc: Run) -> None:
    asked = ["--from", "client", "--to", "192.0.2.100:80/tcp", "--connections", "2", "--request", "3000"]
    done = lvsc("rehearse", "--states", CASE, *asked, "--json")
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert (document["version"], document["name"], document["works"]) == (1, "nat-gw-one-wrong", False)
    (result,) = document["asks"]
    assert (result["from"], result["to"], result["connections"]) == ("client", "192.0.2.100:80/tcp", 2)
    assert (result["verdict"], sum(result["answers"].values()), result["errors"]) == ("partial", 1, {"timeout": 1})


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--from", "client"], 2, "--from and --to go together, and with --states"),
        (["--states", CASE, "--to", "192.0.2.1:80"], 2, "--from and --to go together"),
        (["--states", CASE, "--from", "client", "--to", "192.0.2.1"], 2, "`192.0.2.1` is not ADDRESS:PORT"),
        (["--states", CASE, "--from", "client", "--to", "192.0.2.1:99999"], 2, "`192.0.2.1:99999` is not"),
        (["--states", CASE, "--from", "client", "--to", "[::1]:80", "--source", "10.0.0.1"], 2, "no IPv6 address"),
        (["--states", CASE, "--from", "nobody", "--to", "192.0.2.1:80"], 3, "no host is named nobody"),
        (["--states", "examples/dr-minimal.yaml"], 3, "examples/dr-minimal.yaml:1:1: no JSON: Expecting value"),
        (["--states"], 3, "no state file is named"),
    ],
)
def test_a_mistake_is_told(arguments: list[str], code: int, message: str, lvsc: Run) -> None:
    done = lvsc("rehearse", *arguments)
    assert done.returncode == code
    assert message in " ".join(done.stderr.replace("│", "").split())


def test_hosts_without_asks_need_one(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"name": "a"}', encoding="utf-8")
    done = lvsc("rehearse", "--states", str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    assert "the state files hold no asks" in done.stderr
