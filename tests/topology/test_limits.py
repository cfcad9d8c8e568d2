"""Files of the right kind but of a wrong size: an answer in seconds, and few findings."""

from __future__ import annotations

import time

import pytest

from lvsc.finding import Finding
from lvsc.topology import load
from lvsc.topology.faults import MOST

SECONDS = 15.0
LAN = "lvsc: 1\nnetworks: {lan: {subnet: 10.0.0.0/8}}\n"
FARM = LAN + "real_servers: {'a[0-9999]': {interfaces: {eth0: {network: lan}}}}\n"


def repeated(line: str, count: int) -> str:
    return "".join(line.format(i=index, next=index + 1) for index in range(count))


def said(text: str) -> list[Finding]:
    start = time.process_time()
    findings = list(load([("f", text.encode())]).findings)
    assert time.process_time() - start < SECONDS
    return findings


MANY = {
    "ranges": (
        LAN + "real_servers:\n" + repeated("  'a{i}-[0-9999]': {{interfaces: {{eth0: {{network: lan}}}}}}\n", 60),
        "`a3-[0-9999]` brings the names and addresses of this topology above 30000",
    ),
    "ranges of addresses": (
        FARM.replace("lan}", "lan, addresses: [" + "'10.1.[0-99].[0-99]'," * 100 + "]}"),
        "`10.1.[0-99].[0-99]` brings the names and addresses of this topology above 30000",
    ),
    "real servers of services": (
        FARM + "vips: {w: {address: 10.0.0.1}}\npools: {p: {members: ['a[0-9999]']}}\nservices:\n"
        + repeated("  s{i}: {{vip: w, port: {i}, mode: dr, pool: p}}\n", 200),
        "`a[0-9999]` brings the real servers of all services together above 500000",
    ),
    "followers": (
        LAN + "directors: {d: {interfaces: {e: {network: lan}}}}\nfailover:\n"
        + repeated("  f{i}: {{directors: [d], network: lan, virtual_router_id: 1, follows: f{next}}}\n", 3000).replace(
            "f3000", "f0"
        ),
        "failover group `f0` follows itself by way of f1, f2, f3 and others",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MANY.values(), ids=MANY.keys())
def test_one_finding_soon(text: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lvsc.topology.desk.MAX_EXPANDED", 30_000)
    assert [finding.message for finding in said(text)] == [message]


@pytest.mark.parametrize(
    "text",
    [
        "lvsc: 1\n" + repeated("k{i}: 1\n", 50_000),
        "lvsc: 1\nnetworks:\n" + repeated("  {i}: {{}}\n", 50_000),
        "lvsc: 1\nnetworks:\n" + repeated("  n{i}: 5\n", 50_000),
    ],
    ids=["unknown keys", "names that cannot be names", "values of another kind"],
)
def test_of_very_many_wrong_places_some_are_shown(text: str) -> None:
    findings = said(text)
    assert len(findings) == MOST + 1
    assert findings[-1].message == f"{50_000 - MOST} more places have another shape than the language"
    assert findings[-1].remedy == "mend those above first"


def test_very_many_unknown_names() -> None:
    findings = said(FARM + "pools: {p: {members: [" + repeated("b{i},", 5000) + "]}}\n")
    assert len(findings) == 5000
    assert findings[-1].message == "there is no real server `b4999`"


def test_a_service_with_the_largest_range() -> None:
    assert said(FARM + "pools: {p: {members: ['a[0-9999]']}}\n") == []


def test_more_directors_than_priorities() -> None:
    hosts = repeated("  d{i}: {{interfaces: {{eth0: {{network: lan, address: 10.0.0.{next}}}}}}}\n", 201)
    names = ", ".join(f"d{index}" for index in range(201))
    group = f"failover: {{many: {{directors: [{names}], network: lan, virtual_router_id: 7}}}}\n"
    findings = said(f"{LAN}directors:\n{hosts}{group}")
    assert [finding.message for finding in findings] == ["201 directors, and there are 200 priorities"]
