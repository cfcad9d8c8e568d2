"""The commands, as people and machines give them, on a host of a real kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lvsc.lab import uml
from lvsc.lab.boot_program import Program

MODULES = ("ip_vs", "ip_vs_rr", "ip_vs_wlc", "ip_vs_mh", "veth", "dummy")
WLC = [
    "-A -t 192.0.2.100:80 -s wlc",
    "-a -t 192.0.2.100:80 -r 192.0.2.11:80 -g -w 1",
    "-a -t 192.0.2.100:80 -r 192.0.2.12:80 -g -w 1",
]
MH = ["-A -t 192.0.2.100:80 -s mh", *WLC[1:]]


class Said:
    """What one command said, and the host after it."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.code: int | None = found["code"]
        self.out: str = found["out"]
        self.err: str = found["err"]
        self.table: list[str] = found["table"].splitlines()
        self.address: bool = found["address"]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("commands")
    ran = uml.run(Program(Path(__file__).with_name("commands.py"), folder, MODULES, 1500))
    assert ran.exit_code == 0, ran.log
    found: dict[str, Any] = json.loads((folder / "results").read_text())
    return found


@pytest.fixture
def said(results: dict[str, Any]) -> Any:
    return lambda name: Said(results[name])


@pytest.mark.parametrize(
    ("name", "code", "sentence"),
    [
        ("ordinary user", 5, "lvsc: an ordinary user may not change the network (no CAP_NET_ADMIN)"),
        ("without the capability", 5, "lvsc: root of this container may not change the network (no CAP_NET_ADMIN)"),
        ("without the module", 5, "lvsc: kernel module ip_vs_lblcr cannot be loaded: no such module"),
        ("nobody of this name", 3, 'lvsc: the topology has no host lvs9 that lvsc manages, did you mean "lvs1"?'),
        ("rollback of nothing", 5, "lvsc: there is no generation 0 to go back to"),
        ("drift of nothing", 5, "lvsc: nothing is committed on this host"),
    ],
)
def test_refused_in_one_sentence_and_nothing_is_touched(said: Any, name: str, code: int, sentence: str) -> None:
    told = said(name)
    assert told.code == code
    assert sentence in told.err.splitlines()
    assert (told.table, told.address) == ([], False)


def test_a_dry_run_changes_nothing(said: Any) -> None:
    told = said("dry run")
    assert told.code == 0
    assert "+ http (192.0.2.100:80/tcp): scheduler wlc" in told.out
    assert (told.table, told.address) == ([], False)


def test_not_confirmed_in_time_it_is_undone(said: Any) -> None:
    told = said("not confirmed")
    assert told.code == 8
    assert told.err.splitlines()[-1] == "lvsc: not confirmed: rolled back, all is as it was"
    assert (told.table, told.address) == ([], False)


def test_it_is_undone_also_when_the_process_was_killed(said: Any) -> None:
    assert (said("pending").table, said("pending").address) == (WLC, True)
    assert json.loads(said("status while pending").out)["under_way"]["phase"] == "pending"
    assert (said("killed while pending").table, said("killed while pending").address) == ([], False)


def test_nobody_else_applies_meanwhile(said: Any) -> None:
    told = said("a second one while pending")
    assert (told.code, told.table) == (5, WLC)
    assert told.err.splitlines()[0] == "lvsc: an earlier apply waits to be confirmed"


def test_confirmed_from_another_terminal_it_stays(said: Any) -> None:
    assert said("confirm").code == 0
    assert said("confirm").err == "lvsc: confirmed and committed\n"
    told = said("confirmed elsewhere")
    assert told.code == 0
    assert told.err.splitlines()[-1] == "lvsc: confirmed"
    assert (told.table, told.address) == (WLC, True)
    assert said("status").out.startswith("lvs1: generation 1, committed 20")


def test_again_there_is_nothing_to_do_and_no_drift(said: Any) -> None:
    assert said("again").out == "lvs1: nothing to do\n"
    assert (said("no drift").code, said("no drift").out) == (0, "drift: 0\n")


def test_a_failing_probe_undoes_it(said: Any) -> None:
    told = said("probe fails")
    assert (told.code, told.table) == (6, WLC)
    assert told.err.splitlines()[-2:] == [
        "lvsc: failed: the probe failed: exit code 1",
        "lvsc: rolled back: all is as it was, read back",
    ]


def test_drift_is_told_by_kind(said: Any, results: dict[str, Any]) -> None:
    told = said("drift")
    assert told.code == 4
    assert json.loads(told.out) == {
        "version": 1,
        "changed": ["web1 (192.0.2.11:80) of http: weight 1 -> 9"],
        "missing": [],
        "extra": [],
        "unmanaged": [],
    }
    assert 'lvsc_drift{kind="changed"} 1\n' in results["prom"]


def test_a_stale_plan_is_refused_and_a_new_one_applied(said: Any) -> None:
    assert said("plan").code == 4
    stale = said("stale plan")
    assert stale.code == 5
    assert stale.err.startswith("lvsc: the plan is stale: it was made for ")
    assert "-w 9" in stale.table[1]
    assert (said("plan applied").code, said("plan applied").table) == (0, MH)


def test_a_drained_real_server_stays_out_until_it_is_let_in_again(said: Any) -> None:
    out = [MH[0], MH[1].replace("-w 1", "-w 0"), MH[2]]
    assert said("drain").table == out
    assert said("drain").err.splitlines()[0] == "lvsc: web1 is out of 1 service"
    assert said("drained stays").table == out
    assert said("undrain").table == MH


def test_a_removed_real_server_comes_back_by_a_rollback(said: Any) -> None:
    assert said("real server removed").table == [WLC[0], WLC[2]]
    assert "- web1 (192.0.2.11:80) of http" in said("real server removed").out
    assert (said("rollback").code, said("rollback").table) == (0, MH)
    assert said("history").out.splitlines()[-1].endswith("things  current")


def test_the_boot_command_loads_what_is_committed(said: Any) -> None:
    assert (said("restarted").table, said("restarted").address) == ([], False)
    assert (said("boot").code, said("boot").table, said("boot").address) == (0, MH, True)
    assert said("nothing after boot").out == "lvs1: nothing to do\n"
