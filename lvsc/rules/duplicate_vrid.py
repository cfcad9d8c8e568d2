"""Two failover groups on one network have the same virtual router id.

Why it hurts
    The directors of both groups hear each other's advertisements and take
    them for their own group's: both lose their VIPs, or both hold them.
Wrong
    two groups on network edge with virtual_router_id: 51
Right
    another virtual_router_id for each group of a network
Source
    RFC 9568 section 5.2.3
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Failover
from lvsc.words import Family, family_of

RULE = Rule("duplicate-vrid", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group that comes after its twin."""
    seen: dict[tuple[str, int, Family], Failover] = {}
    for group in site.topology.failover.values():
        number = group.virtual_router_id
        twins = [seen.setdefault((group.network, number, family), group) for family in _families(site, group)]
        first = next((twin for twin in twins if twin is not group), None)
        if first is not None:
            message = f"failover groups {first.name} and {group.name} both have id {number} on network {group.network}"
            used = {other.virtual_router_id for other in site.topology.failover.values()}
            free = next(number for number in range(1, 256) if number not in used)
            note = Note(first.origin.at("virtual_router_id"), "the first one")
            yield RULE.at(group.origin.at("virtual_router_id"), message, f"choose another, such as {free}", [note])


def _families(site: Site, group: Failover) -> set[Family]:
    """The families that a group advertises: each is a protocol of its own."""
    carried = [
        address for vip in site.topology.vips.values() if vip.failover == group.name for address in vip.addresses
    ]
    return {family_of(address) for address in (*carried, *group.gateways)}
