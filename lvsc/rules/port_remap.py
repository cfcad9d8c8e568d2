"""A real server behind direct routing or a tunnel is given another port.

Why it hurts
    These methods never change the port of a packet. ipvsadm and keepalived
    take the other port without a word and store the service's; the real
    server gets packets for a port on which nothing listens.
Wrong
    mode: dr, port: 80, real_servers: {web1: {port: 8080}}
Right
    mode: nat, or a real server that listens on port 80
Source
    ipvsadm.c parse_service(); net/netfilter/ipvs/ip_vs_ctl.c ip_vs_add_dest()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Service
from lvsc.words import ForwardingMethod

RULE = Rule("port-remap", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a port is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, member, _ in site.pairs(ForwardingMethod.DR, ForwardingMethod.TUN):
        if member.port is None or any(low <= member.port <= high for low, high in service.ports):
            continue
        at = member.origin.at("port")
        ports = _shown(service)
        who = f"service {service.name} ({service.mode.value})"
        message = f"{who} cannot change the port: {member.server} gets {ports}, not {member.port}"
        remedy = f"remove `port: {member.port}` and let {member.server} listen on {ports}, or use `mode: nat`"
        yield (
            at,
            RULE.at(at, message, remedy, [Note(service.origin.at("mode"), "the forwarding method that keeps ports")]),
        )


def _shown(service: Service) -> str:
    """The ports that its real servers get."""
    if not service.ports or (0, 0) in service.ports:
        return "the client's port"
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in service.ports)
