"""A director takes its VIPs back before it knows the connections that the other has.

Why it hurts
    The sync daemon sends what happens to connections, and never the whole
    table. A director that returns learns of a connection when its next
    packets are reported; with preemption it takes the VIPs back within
    seconds, and resets all that it was not told of. The failover that sync
    made harmless is followed by one that is not.
Wrong
    failover: {pair: {directors: [lvs1, lvs2], ..., sync: {network: rack}}}
Right
    the same with preempt: false
Source
    net/netfilter/ipvs/ip_vs_sync.c ip_vs_sync_conn(); keepalived, issues 1076 and 1966
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put

RULE = Rule("preempt-before-sync", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group."""
    for group in ipvs.synchronised(site):
        if group.preempt:
            first = group.directors[0]
            message = f"when {first} returns, it takes the VIPs of {group.name} back before it knows"
            message = f"{message} their connections: sync does not keep those"
            key = "preempt" if group.origin.says("preempt") else "sync"
            remedy = f"write `preempt: false` in {group.name}"
            yield RULE.at(group.origin.at(key), message, remedy, fix=put(group.origin.node, "preempt", False))
