"""Datagrams of one sender all go to one real server.

Why it hurts
    A resolver, a log sender or another forwarder often keeps one port. The
    kernel takes all that comes from it for one connection, which ends five
    minutes after its last datagram, so never: all its load is on one real
    server. (With nat the replies need that connection, so nothing is said.)
Wrong
    port: 514, protocol: udp, mode: dr
Right
    port: 514, protocol: udp, mode: dr, one_packet: true
Source
    net/netfilter/ipvs/ip_vs_proto_udp.c udp_timeouts; ipvsadm(8) --ops
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put
from lvsc.topology import Service
from lvsc.words import ForwardingMethod, Protocol, Scheduler

RULE = Rule("udp-without-one-packet", Severity.INFO)
# One question, one answer, or no answer. RADIUS is not here: EAP needs the same real server for several datagrams.
_PORTS = {53: "DNS", 123: "NTP", 162: "SNMP traps", 514: "syslog", 2055: "NetFlow", 4739: "IPFIX", 6343: "sFlow"}
_HASHES = (Scheduler.SH, Scheduler.MH, Scheduler.DH)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service."""
    for service in site.topology.services.values():
        if Protocol.UDP not in service.protocols or not _pins(service):
            continue
        port = next((low for low, high in service.ports if low == high and low in _PORTS), None)
        if port is not None:
            says = service.origin.says("protocol")
            at = service.origin.at("protocol") if says else service.origin.name
            message = (
                f"service {service.name} ({_PORTS[port]}) sends all datagrams of one client port to one real server"
            )
            alone = service.protocols == (Protocol.UDP,)
            fix = put(service.origin.node, "one_packet", True, safe=False) if alone else None
            yield RULE.at(at, message, _remedy(service), fix=fix)


def _pins(service: Service) -> bool:
    """Whether a port of a client stays with a real server, and nobody asked for it."""
    if service.one_packet or service.persistence is not None or service.scheduler in _HASHES:
        return False
    return service.mode is not ForwardingMethod.NAT and sum(member.weight > 0 for member in service.members) > 1


def _remedy(service: Service) -> str:
    if service.protocols == (Protocol.UDP,):
        return "add `one_packet: true`"
    return "make udp a service of its own with `one_packet: true`"
