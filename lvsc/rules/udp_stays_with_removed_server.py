"""Datagrams go on to a real server that its health check took out.

Why it hurts
    The director keeps a client port with its real server until five minutes
    without a datagram have passed. A resolver or log sender that keeps its
    port is never silent for so long: when its real server is taken out, the
    kernel drops all it sends. With expire_nodest_conn the entry ends with the
    real server, and the next datagram goes to another one.
Wrong
    protocol: udp, health: {udp: {}}
Right
    the same with sysctls: {net.ipv4.vs.expire_nodest_conn: 1} on the directors; or one_packet: true
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_in(): IP_VS_DEST_F_AVAILABLE; kubernetes, issue 71514
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.mending import set_sysctls
from lvsc.topology import Service
from lvsc.words import Protocol

RULE = Rule("udp-stays-with-removed-server", Severity.WARNING)
_NAME = "expire_nodest_conn"


def check(site: Site) -> Iterator[Finding]:
    """One finding for each set of directors."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        removed = service.every_check() and not service.upkeep.inhibit
        if not removed or service.one_packet or Protocol.UDP not in service.protocols:
            continue
        directors = site.topology.vips[service.vip].directors
        lax = [name for name in directors if ipvs.setting(site.hosts[name], _NAME) == 0]
        if lax and (len(service.members) > 1 or service.sorry is not None):
            yield directors, _stays(site, service, lax)


def _stays(site: Site, service: Service, lax: list[str]) -> Finding:
    host = site.topology.directors[lax[0]]
    message = f"director {host.name} drops datagrams of service {service.name} while their client keeps its port,"
    message = f"{message} once its real server is taken out ({_NAME} is 0)"
    remedy = f"set {ipvs.shown(_NAME)}: 1 on {', '.join(lax)}"
    note = Note(service.origin.at("health"), "the check that takes it out")
    fix = set_sysctls([site.topology.directors[name] for name in lax], ipvs.path(_NAME), 1, safe=False)
    return RULE.at(ipvs.at(host, _NAME), message, remedy, [note], fix=fix)
