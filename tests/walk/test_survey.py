"""A cluster is walked by classes of equal situation, and a failure stands for all of its class."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.topologies import large
from lvsc.lower import lower
from lvsc.topology import load
from lvsc.walk import End
from lvsc.walk.survey import Survey
from lvsc.words import Verdict
from tests.conftest import BROKEN, EXAMPLES, ROOT, site

MIXED = """
lvsc: 1
networks: {lan: {subnet: 192.0.2.0/24, gateway: 192.0.2.1}}
directors: {lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}}}}
real_servers:
  "web[01-40]": {interfaces: {eth0: {network: lan, address: "192.0.2.[11-50]"}}}
  "old[1-3]":
    interfaces: {eth0: {network: lan, address: "192.0.2.[61-63]"}}
    managed: false
    holds: {sysctls: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}, vip_device: dummy0}
  bare: {interfaces: {eth0: {network: lan, address: 192.0.2.70}}, gateway: 192.0.2.250}
vips: {web: {address: 192.0.2.100}, shop: {address: 192.0.2.101}}
services:
  http: {vip: web, port: 80, mode: dr, real_servers: ["web[01-40]", "old[1-3]"]}
  https: {vip: web, port: 443, mode: dr, real_servers: ["web[01-40]", bare]}
  shop: {vip: shop, port: 80, mode: dr, real_servers: ["web[01-20]", bare]}
"""


def survey(text: str) -> Survey:
    topology = load([("mixed.yaml", text.encode())]).topology
    assert topology is not None
    return Survey(lower(topology))


def test_equal_real_servers_are_walked_once() -> None:
    found = survey(MIXED)
    assert [(group.trip.destination.name, len(group.pairs)) for group in found.groups] == [
        ("web01", 40 + 40 + 20),
        ("old1", 3),
        ("bare", 2),
    ]


def test_one_failure_stands_for_its_class() -> None:
    failures = survey(MIXED).failures
    assert {(failure.verdict, failure.end) for failure in failures} == {(Verdict.FAILS, End.NO_NEIGHBOUR)}
    assert {pair for failure in failures for pair in failure.pairs} == {("https", "bare"), ("shop", "bare")}
    assert failures[0].hops[-1].did == "nobody answers for 192.0.2.250"


@pytest.mark.parametrize("services", [100, 1000])
def test_the_number_of_classes_does_not_grow_with_size(services: int) -> None:
    assert len(survey(large(services)).groups) == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_walk_of_an_example_works(path: Path) -> None:
    assert site(path).survey.failures == ()


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_example_is_explained_by_its_rule_with_hops(path: Path) -> None:
    from lvsc.rules import check

    assert site(path).survey.failures
    findings = list(check(site(path)))
    assert "unreachable" not in {finding.rule for finding in findings}
    assert all(finding.hops for finding in findings if finding.severity.value == "error")


PAIRS = sorted((ROOT / "tests" / "rules").glob("*/kernel*/wrong.yaml"))
# What the kernel refuses to build, what needs many connections and several real servers, FTP's data, health checks.
NOT_OF_ONE_WALK = {
    "address_not_unicast",
    "check_without_way_back",
    "duplicate_service",
    "hash_without_fallback",
    "helper_on_another_port",
    "sorry_server_is_director",
    "threshold_counts_ended_connections",
}


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_what_breaks_in_the_kernel_breaks_in_the_walk(path: Path) -> None:
    broken = site(path).survey.failures
    assert bool(broken) is not (path.parent.parent.name in NOT_OF_ONE_WALK)
    assert site(path.with_name("right.yaml")).survey.failures == ()
