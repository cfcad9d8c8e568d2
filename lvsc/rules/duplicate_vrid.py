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

RULE = Rule("duplicate-vrid", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group that comes after its twin."""
    seen: dict[tuple[str, int], Failover] = {}
    for group in site.topology.failover.values():
        first = seen.setdefault((group.network, group.virtual_router_id), group)
        if first is not group:
            number = group.virtual_router_id
            message = f"failover groups {first.name} and {group.name} both have id {number} on network {group.network}"
            used = {other.virtual_router_id for other in site.topology.failover.values()}
            free = next(number for number in range(1, 256) if number not in used)
            note = Note(first.origin.at("virtual_router_id"), "the first one")
            yield RULE.at(group.origin.at("virtual_router_id"), message, f"choose another, such as {free}", [note])
