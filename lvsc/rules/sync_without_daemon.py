"""A failover group asks for connection synchronisation, but no daemon is started for it.

Why it hurts
    The kernel has one sync daemon of each role, and keepalived starts one
    pair, in the roles of one VRRP instance. Of several groups with `sync` on
    a director only the first by name gets it. The others look protected: when
    the directors hold one group each, the connections of the second group
    are never sent, and end at a failover. A group without addresses has no
    VRRP instance, and so no daemon.
Wrong
    failover: {a: {..., sync: {network: rack}}, b: {..., sync: {network: rack}}}
Right
    sync in one group, and `follows: a` in the other
Source
    keepalived.conf(5) lvs_sync_daemon; net/netfilter/ipvs/ip_vs_sync.c start_sync_thread(): EEXIST
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Failover

RULE = Rule("sync-without-daemon", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group."""
    groups = site.topology.failover
    carrying = {vip.failover for vip in site.topology.vips.values()}
    carrying |= {group.name for group in groups.values() if group.gateways}
    first: dict[str, Failover] = {}
    for group in sorted(groups.values(), key=lambda group: group.name):
        if group.sync is not None and group.name in carrying:
            for name in group.directors:
                first.setdefault(name, group)
    for group in groups.values():
        if group.sync is not None and group.name not in carrying:
            message = f"failover group {group.name} has sync, but no address: no sync daemon is started"
            yield RULE.at(group.origin.at("sync"), message, "give it a VIP, or move `sync` to the group that has them")
        elif group.sync is not None:
            yield from _second(site, group, first)


def _second(site: Site, group: Failover, first: Mapping[str, Failover]) -> Iterator[Finding]:
    name = next((name for name in group.directors if first[name] is not group), None)
    if name is None:
        return
    other, leads = first[name], _leaders(site, name)
    together = leads.get(group.name) == leads.get(other.name)
    if together and group.sync == other.sync:
        return
    message = f"director {name} runs one sync daemon, that of failover group {other.name}: the one of {group.name}"
    if together:
        end, remedy = "is not started", "remove `sync` here: the daemon of the other sends all connections"
    else:
        end = "is not started, and its connections may end at a failover"
        remedy = f"remove `sync` here, and let one of the two follow the other (`follows: {other.name}`)"
    notes = [Note(other.origin.at("sync"), "the one that is started")]
    yield RULE.at(group.origin.at("sync"), f"{message} {end}", remedy, notes)


def _leaders(site: Site, director: str) -> Mapping[str, str]:
    """The group that each group of a director moves together with."""
    return {instance.name.rpartition("+")[0]: instance.group for instance in site.hosts[director].vrrp}
