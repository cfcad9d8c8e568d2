"""A failover group has one director.

Why it hurts
    Nobody takes over from it. The group brings VRRP, its timers and its
    moments without a VIP, and no spare.
Wrong
    failover: {pair: {directors: [lvs1], network: edge, virtual_router_id: 61}}
Right
    directors: [lvs1, lvs2], or no group: vips: {web: {address: 192.0.2.100}}
Source
    RFC 9568 section 1
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site

RULE = Rule("failover-of-one", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group."""
    for group in site.topology.failover.values():
        if len(group.directors) == 1:
            alone = group.directors[0]
            message = f"failover group {group.name} has one director, {alone}: nobody takes over from it"
            others = [name for name in site.topology.directors if name != alone]
            beside = [name for name in others if site.topology.directors[name].port_on(group.network) is not None]
            second = beside[0] if beside else "a second director"
            remedy = f"add {second}, or remove the group and let {alone} hold its addresses"
            yield RULE.at(group.origin.at("directors"), message, remedy)
