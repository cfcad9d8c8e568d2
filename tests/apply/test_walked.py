"""The states in between, walked: an order that would let a real server answer for the VIP is refused."""

from __future__ import annotations

from dataclasses import replace

from lvsc.apply.walked import broken
from lvsc.lower import as_recorded
from lvsc.plan.make import make
from lvsc.plan.order import Step
from lvsc.plan.wanted import live_things, wanted
from lvsc.state import HostState
from tests.conftest import ROOT, site

CLUSTER = site(ROOT / "examples" / "dr-minimal.yaml")


def bare(name: str) -> HostState:
    """The host before lvsc came."""
    host = CLUSTER.hosts[name]
    own = tuple(held for held in host.addresses if not held.ours)
    return replace(host, addresses=own, sysctls=(("net/ipv4/conf/all/arp_ignore", 0),), ipvs=(), marks=())


def said(name: str, steps: list[Step]) -> list[str]:
    return list(broken(CLUSTER.hosts, bare(name), steps, lambda state: as_recorded(CLUSTER.hosts, {name: state})[name]))


def steps(name: str) -> list[Step]:
    return list(make(live_things(bare(name)), wanted(CLUSTER.hosts[name], "/usr/bin/lvsc"), {}).steps)


def test_the_order_of_a_plan_breaks_nothing() -> None:
    assert said("web1", steps("web1")) == []
    assert said("lvs1", steps("lvs1")) == []


def test_the_vip_before_its_settings_is_told() -> None:
    """The real server would answer ARP for the VIP until they are there."""
    wrong = list(reversed(steps("web1")))
    told = said("web1", wrong)
    assert told == ["internet would lose http in between (addresses): internet eth0: has its answer from web1"]
