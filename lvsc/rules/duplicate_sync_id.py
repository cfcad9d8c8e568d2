"""Two failover groups synchronise connections under one id on one network.

Why it hurts
    The sync id is all that tells clusters apart that share a network. The
    directors of each group take over the connections of the other: they fill
    their tables, and after a failover packets may follow an entry that is
    not of their cluster.
Wrong
    two groups with other directors and sync: {network: rack, id: 7}
Right
    sync: {network: rack, id: 7} and sync: {network: rack, id: 8}
Source
    net/netfilter/ipvs/ip_vs_sync.c ip_vs_process_message(); ipvsadm(8) --syncid
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.source import Span
from lvsc.topology import Failover

RULE = Rule("duplicate-sync-id", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group that comes after its twin."""
    seen: dict[tuple[str, int], Failover] = {}
    used = {group.sync.id for group in site.topology.failover.values() if group.sync is not None}
    for group in site.topology.failover.values():
        if group.sync is None:
            continue
        first = seen.setdefault((group.sync.network, group.sync.id), group)
        if {*first.directors} != {*group.directors}:
            said = f"failover groups {first.name} and {group.name} synchronise under id {group.sync.id}"
            free = next(number for number in range(1, 256) if number not in used)
            message = f"{said} on network {group.sync.network}: each takes the connections of the other"
            remedy = f"give {group.name} another, such as `sync: {{network: {group.sync.network}, id: {free}}}`"
            yield RULE.at(_place(group), message, remedy, [Note(_place(first), "the first one")])


def _place(group: Failover) -> Span:
    """Where the id is stated: it is the virtual router id where nothing is said."""
    said = group.origin.node["sync"] if group.origin.node is not None else {}
    return group.origin.at("sync", "id") if "id" in said else group.origin.at("virtual_router_id")
