"""Only the persistence of clients is synchronised, and the other director refuses their open connections.

Why it hurts
    With sync_persist_mode 1 a director sends which client belongs to which
    real server, and not the connections of these clients. After a failover
    the other director meets packets in the middle of a connection; with
    sloppy_tcp 0 it takes only the first packet of one, and answers the
    rest with a reset.
Wrong
    sysctls: {net.ipv4.vs.sync_persist_mode: 1}
Right
    sysctls: {net.ipv4.vs.sync_persist_mode: 1, net.ipv4.vs.sloppy_tcp: 1} on all directors of the group
Source
    Documentation/networking/ipvs-sysctl.rst; net/netfilter/ipvs/ip_vs_proto_tcp.c tcp_conn_schedule()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Failover, Service
from lvsc.words import Protocol

RULE = Rule("sync-persistence-alone", Severity.WARNING)
_SLOPPY = {Protocol.TCP: "sloppy_tcp", Protocol.SCTP: "sloppy_sctp"}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director whose group is first."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    served = None
    for group in ipvs.synchronised(site):
        senders = [name for name in group.directors if ipvs.setting(site.hosts[name], "sync_persist_mode")]
        if not senders:
            continue
        served = served or ipvs.services_of(site)
        for service in served.get(senders[0], ()):
            if service.persistence is not None:
                yield from _refused(site, group, senders[0], service)


def _refused(site: Site, group: Failover, sender: str, service: Service) -> Iterator[tuple[object, Finding]]:
    for name in (_SLOPPY[protocol] for protocol in service.protocols if protocol in _SLOPPY):
        strict = [other for other in group.directors if ipvs.setting(site.hosts[other], name) == 0]
        if strict:
            at = ipvs.at(site.topology.directors[sender], "sync_persist_mode")
            message = f"director {sender} sends the persistence of clients, but not their connections, and"
            message = (
                f"{message} {strict[0]} has {name} 0: open connections of service {service.name} end at a failover"
            )
            remedy = f"set {ipvs.shown(name)}: 1 on {', '.join(strict)}"
            yield (
                (sender, name),
                RULE.at(at, message, remedy, [Note(service.origin.at("persistence"), "it is persistent")]),
            )
