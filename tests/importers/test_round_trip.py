"""What is emitted for an imported source means the same when it is imported again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lvsc.emit import emit_host
from lvsc.state import HealthCheck, Hosts, HostState, VirtualService
from lvsc.words import Address, HostRole
from tests.conftest import BROKEN, EXAMPLES, ROOT, site
from tests.importers.cases import CASES, from_texts, hosts_of, imported, name_of

UPKEEP = ROOT / "tests" / "lab" / "accepted" / "words.yaml"
KEEPALIVED, RULES = "etc/keepalived/keepalived.conf", "etc/lvsc/ipvsadm.rules"


def emitted(hosts: Hosts) -> list[tuple[str, str]]:
    """What holds the meaning of each director."""
    found = []
    for name, host in hosts.items():
        if host.role is HostRole.DIRECTOR:
            paths = {file.path: file.text for file in emit_host(host)}
            found += [(f"{name}.conf", paths[KEEPALIVED])] if KEEPALIVED in paths else []
            found += [(f"{name}.rules", paths[RULES])] if RULES in paths else []
    return found


def check_of(check: HealthCheck, address: Address) -> HealthCheck:
    """The check as it goes to a real server: the addresses of its family."""
    return replace(
        check,
        first_port=None,
        addresses=tuple(each for each in check.addresses if each.version == address.version),
        sources=tuple(each for each in check.sources if each.version == address.version),
    )


def service_of(service: VirtualService) -> VirtualService:
    """The service without the names that only a topology has."""
    return replace(
        service,
        name="",
        helper=None,
        checks=(),
        destinations=tuple(
            replace(each, name="", checks=tuple(check_of(check, each.address) for check in service.checks_of(each)))
            for each in service.destinations
        ),
        sorry=replace(service.sorry, name="", weight=1) if service.sorry else None,
    )


def meaning(host: HostState) -> dict[str, Any]:
    """The table and VRRP of a director; instances that move together as sets, whatever leads them."""
    together: dict[str, set[str]] = {}
    for each in host.vrrp:
        together.setdefault(each.group, set()).add(each.name)
    services = [service_of(each) for each in host.ipvs]
    return {
        "ipvs": sorted(services, key=lambda each: repr(each.sort_key)),
        "vrrp": sorted((replace(each, group="") for each in host.vrrp), key=lambda each: each.name),
        "together": sorted(sorted(names) for names in together.values()),
        "sync": host.sync,
    }


def compare(first: Hosts) -> None:
    files = emitted(first)
    again = from_texts(files)
    assert again.text is not None
    assert {each.rule for each in again.findings} <= {"vip-without-instance"}
    second = hosts_of(again.text)
    for name, host in first.items():
        if host.role is HostRole.DIRECTOR and f"{name}.conf" in dict(files):
            assert meaning(second[name]) == meaning(host)
        elif host.role is HostRole.DIRECTOR and f"{name}.rules" in dict(files):
            (other,) = [each for each in second.values() if each.role is HostRole.DIRECTOR]
            assert meaning(other)["ipvs"] == meaning(host)["ipvs"]


@pytest.mark.parametrize("folder", CASES, ids=name_of)
def test_an_emitted_source_means_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = imported(folder)
    assert found.text is not None
    compare(hosts_of(found.text))


@pytest.mark.parametrize("example", [*EXAMPLES, *BROKEN, UPKEEP], ids=lambda path: path.stem)
def test_an_emitted_example_means_the_same(example: Path) -> None:
    compare(site(example).hosts)
