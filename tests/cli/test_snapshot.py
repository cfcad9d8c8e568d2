"""`lvsc lint --snapshot`: hosts are judged by what they hold, not by what they shall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lvsc.snapshot import host_json, json_text
from lvsc.state import HostState
from tests.cli.conftest import Run
from tests.conftest import ROOT, site

EXAMPLE = ROOT / "examples" / "dr-minimal.yaml"


def recorded(folder: Path, name: str, change: Callable[[HostState], HostState]) -> str:
    """A snapshot of a host of the example: it knows no networks, and something is not as wanted."""
    host = site(EXAMPLE).hosts[name]
    host = replace(host, links=tuple(replace(link, segment=None) for link in host.links))
    path = folder / f"{name}.json"
    path.write_text(json_text(host_json(change(host))))
    return str(path)


def found(here: Run, snapshot: str) -> tuple[int, list[str]]:
    done = here("lint", "examples/dr-minimal.yaml", "--snapshot", snapshot, "-o", "concise")
    return done.returncode, done.stdout.splitlines()


def test_a_host_that_is_as_wanted_is_silent(here: Run, tmp_path: Path) -> None:
    for name in ("lvs1", "web1", "web2"):
        recorded(tmp_path, name, lambda host: host)
    assert found(here, str(tmp_path)) == (0, [])


def test_a_real_server_without_its_settings_answers_for_the_vip(here: Run, tmp_path: Path) -> None:
    code, lines = found(here, recorded(tmp_path, "web1", lambda host: replace(host, sysctls=())))
    assert code == 1
    assert [line.split("[")[1].split("]")[0] for line in lines] == [
        "real-server-announces-vip",
        "real-server-answers-arp",
    ]


def test_a_real_server_without_the_vip_is_not_reached(here: Run, tmp_path: Path) -> None:
    def without(host: HostState) -> HostState:
        return replace(host, addresses=tuple(held for held in host.addresses if not held.ours))

    code, lines = found(here, recorded(tmp_path, "web2", without))
    assert code == 1
    assert len(lines) == 1
    assert "[unreachable]" in lines[0]
    assert "internet gets no answer from http through web2" in lines[0]


def test_a_director_with_another_table_serves_nobody(here: Run, tmp_path: Path) -> None:
    def broken(host: HostState) -> HostState:
        (service,) = host.ipvs
        other = tuple(replace(each, weight=0) for each in service.destinations)
        return replace(host, ipvs=(replace(service, destinations=other),))

    code, lines = found(here, recorded(tmp_path, "lvs1", broken))
    assert code == 1
    assert "internet gets no answer from http" in lines[0]
