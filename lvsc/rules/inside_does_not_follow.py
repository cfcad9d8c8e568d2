"""The floating gateway of NAT real servers moves without the VIP.

Why it hurts
    Two failover groups choose their directors apart from each other. When
    one of them moves alone, requests come in at one director and replies go
    out through the other, which knows nothing of the connection.
Wrong
    failover: {outer: ..., inner: {gateway_address: 10.0.0.1}}
Right
    failover: {outer: ..., inner: {gateway_address: 10.0.0.1, follows: outer}}
Source
    keepalived.conf(5) vrrp_sync_group; net/netfilter/ipvs/ip_vs_core.c handle_response()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.mending import put
from lvsc.rules.vrrp import carried_by
from lvsc.rules.way_home import Way, steps, ways_home
from lvsc.topology import Failover
from lvsc.words import Address, ForwardingMethod

RULE = Rule("inside-does-not-follow", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group that ought to follow."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    groups = site.topology.failover
    moving: dict[str, Mapping[Address, str]] = {}
    for way in ways_home(site, ForwardingMethod.NAT):
        if way.vip.failover is None or len(way.vip.directors) < 2:
            continue
        first = way.vip.directors[0]
        if first not in moving:
            moving[first] = carried_by(site.hosts[first])
        leaders = moving[first]
        gateway = next((step.gateway for step in steps(site, way) if step.gateway in leaders), None)
        inner = next((group for group in groups.values() if gateway in group.gateways), None)
        # Groups that start apart fail at once: a finding of nat-reply-bypasses-director.
        if gateway is None or inner is None or inner.directors[0] != first:
            continue
        if leaders[gateway] != leaders.get(way.vip.addresses[0], leaders[gateway]):
            yield inner.name, _finding(way, inner, groups[way.vip.failover], gateway)


def _finding(way: Way, inner: Failover, outer: Failover, gateway: Address) -> Finding:
    said = f"failover group {inner.name} with gateway {gateway} does not move together with group {outer.name}"
    message = f"{said}, which holds VIP {way.vip.name}"
    note = Note(way.vip.origin.at("failover"), f"real server {way.host.name} answers for it through {gateway}")
    remedy, fix = f"add `follows: {outer.name}` to {inner.name}", put(inner.origin.node, "follows", outer.name)
    return RULE.at(inner.origin.at("follows"), message, remedy, [note], fix=fix)
