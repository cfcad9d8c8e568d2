"""A machine that systemd runs, in a real kernel: the timer that takes back, the unit at boot, keepalived's service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lvsc.lab import uml
from lvsc.lab.boot_program import Program

MODULES = ("ip_vs", "ip_vs_wlc", "ip_vs_wrr", "veth", "dummy")
FILLED = ["-a -t 192.0.2.100:80 -r 192.0.2.11:80 -g -w 1", "-a -t 192.0.2.100:80 -r 192.0.2.12:80 -g -w 1"]
WLC, WRR = "-A -t 192.0.2.100:80 -s wlc", "-A -t 192.0.2.100:80 -s wrr"


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("machine")
    ran = uml.run(Program(Path(__file__).with_name("machine.py"), folder, MODULES, 500))
    assert ran.exit_code == 0, ran.log
    found: dict[str, Any] = json.loads((folder / "results").read_text())
    return found


def test_a_timer_of_systemd_takes_back_what_nobody_confirmed_and_whose_process_was_killed(seen: dict[str, Any]) -> None:
    said = seen["killed while pending"]
    assert "timer" in said["pending"]["timers"]
    assert said["pending"]["table"].splitlines() == [WLC, *FILLED]
    assert (said["ended"], said["table"]) == (True, "")


def test_a_confirmation_stops_the_timer(seen: dict[str, Any]) -> None:
    said = seen["confirm"]
    assert (said["code"], said["waiting"], said["timers"]) == (0, 0, [])
    assert said["table"].splitlines() == [WLC, *FILLED]


def test_after_a_power_cut_the_unit_has_loaded_what_was_committed(seen: dict[str, Any]) -> None:
    said = seen["booted"]
    assert (said["active"], said["enabled"], said["before keepalived"]) == ("active", "enabled", True)
    assert said["table"].splitlines() == [WLC, *FILLED]
    assert said["address"]


def test_what_was_given_to_keepalived_is_taken_back_from_it(seen: dict[str, Any]) -> None:
    said = seen["taken back"]
    assert (said["code"], said["active"], said["address"]) == (6, "inactive", True)
    assert said["table"].splitlines() == [WLC, *FILLED]


def test_keepalived_takes_the_table_as_its_file_says(seen: dict[str, Any]) -> None:
    said = seen["given to keepalived"]
    assert (said["code"], said["active"]) == (0, "active")
    assert said["table"].splitlines()[0] == WRR
    assert "web1 (192.0.2.11:80) of http: kept" in said["out"]


def test_a_change_is_a_reload_of_its_service(seen: dict[str, Any]) -> None:
    said = seen["reloaded"]
    assert (said["code"], said["process"]) == (0, seen["given to keepalived"]["process"])
    assert said["table"].splitlines()[0] == WLC


def test_a_vip_that_begins_to_float_is_not_removed_as_leftover(seen: dict[str, Any]) -> None:
    said = seen["floating"]
    assert (said["code"], said["address"]) == (0, True)
    assert "VIP 192.0.2.100/32 begins to float" in said["out"]
    assert "- 192.0.2.100/32" not in said["out"]
