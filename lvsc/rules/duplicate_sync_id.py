"""Two clusters synchronise connections on one network with one id.

Why it hurts
    The messages go to one multicast group, and the id alone tells clusters
    apart. The backup directors of each cluster take the connections of the
    other, too: they fill its memory, and may stand in the way of its own.
    Without an `id` it is the virtual_router_id, unique only on the network
    of the VRRP.
Wrong
    a: {directors: [lvs1, lvs2], virtual_router_id: 61, sync: {network: rack}}
    b: {directors: [lvs3, lvs4], virtual_router_id: 61, sync: {network: rack}}
Right
    sync: {network: rack, id: 62} in one of them
Source
    net/netfilter/ipvs/ip_vs_sync.c ip_vs_process_message()
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
    for group in site.topology.failover.values():
        if group.sync is None:
            continue
        sync = group.sync
        first = seen.setdefault((sync.network, sync.id), group)
        if first is not group and set(first.directors).isdisjoint(group.directors):
            message = f"failover groups {first.name} and {group.name} both have sync id {sync.id} on network"
            message = f"{message} {sync.network}: each takes the connections of the other"
            remedy = f"add another `id` to the `sync` of {group.name}"
            yield RULE.at(_at(group), message, remedy, [Note(_at(first), "the other one")])


def _at(group: Failover) -> Span:
    said = group.origin.node["sync"] if group.origin.node is not None else {}
    return group.origin.at("sync", "id") if "id" in said else group.origin.at("sync")
