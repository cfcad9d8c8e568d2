"""A hash would find the real servers of open connections after a failover, but the director does not ask it.

Why it hurts
    sh and mh send a client to the same real server on both directors: they
    need no synchronisation to keep connections through a failover. But with
    sloppy_tcp 0 the kernel asks the scheduler only for the first packet of a
    connection, and resets those that it does not know.
Wrong
    scheduler: mh, on a failover group without sync
Right
    the same with sysctls: {net.ipv4.vs.sloppy_tcp: 1} on both directors; or with sync
Source
    net/netfilter/ipvs/ip_vs_proto_tcp.c tcp_conn_schedule()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Failover, Service
from lvsc.words import Protocol, Scheduler

RULE = Rule("hash-forgets-at-failover", Severity.INFO)
_HASHES = (Scheduler.SH, Scheduler.MH)
_SLOPPY = {Protocol.TCP: "sloppy_tcp", Protocol.SCTP: "sloppy_sctp"}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each failover group and setting."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        name = site.topology.vips[service.vip].failover
        if name is None or service.scheduler not in _HASHES or service.persistence is not None:
            continue
        group = site.topology.failover[name]
        for protocol in service.protocols:
            if protocol in _SLOPPY and (strict := _strict(site, group, _SLOPPY[protocol])):
                yield (name, protocol), _forgets(group, service, _SLOPPY[protocol], strict)


def _strict(site: Site, group: Failover, name: str) -> list[str]:
    """The directors that take only the first packet of a connection, where none is told of it."""
    states = [site.hosts[director] for director in group.directors]
    if len(states) < 2 or all(state.sync is not None for state in states):
        return []
    return [state.name for state in states if ipvs.setting(state, name) == 0]


def _forgets(group: Failover, service: Service, name: str, strict: list[str]) -> Finding:
    who = f"connections of service {service.name} end at a failover of {group.name}, although"
    message = f"{who} {service.scheduler.value} finds their real servers again ({name} is 0 on {strict[0]})"
    remedy = f"set {ipvs.shown(name)}: 1 on {', '.join(strict)}, or add `sync`"
    return RULE.at(group.origin.name, message, remedy, [Note(service.origin.at("scheduler"), "the hash")])
