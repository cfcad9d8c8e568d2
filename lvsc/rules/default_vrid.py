"""A failover group has the virtual router id of every tutorial.

Why it hurts
    51 is what most examples of keepalived use, and what most clusters have
    that were made from them. Two of them on one network take each other's
    advertisements for their own: both lose their VIPs, or both hold them.
Wrong
    virtual_router_id: 51
Right
    virtual_router_id: 61
Source
    keepalived.conf(5) virtual_router_id; RFC 9568 section 5.2.3
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site

RULE = Rule("default-vrid", Severity.INFO)
_OF_TUTORIALS = 51


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group."""
    used = {group.virtual_router_id for group in site.topology.failover.values()}
    free = next((number for number in (*range(61, 256), *range(1, 61)) if number not in used), None)
    for group in site.topology.failover.values():
        if group.virtual_router_id == _OF_TUTORIALS:
            message = (
                f"failover group {group.name} has id {_OF_TUTORIALS}, which every tutorial uses: "
                f"another cluster on network {group.network} may have it, too"
            )
            remedy = "choose another" + (f", such as {free}" if free else "")
            yield RULE.at(group.origin.at("virtual_router_id"), message, remedy)
