"""Several ports of a service come to one port of a real server.

Why it hurts
    With nat the director writes the real server's port into every packet,
    whichever port the client asked for. What comes for 443 meets the same
    listener as what comes for 80; it cannot tell plain text from TLS by the
    port.
Wrong
    ports: [80, 443], mode: nat, real_servers: {web1: {port: 8080}}
Right
    the same without the real server's port: each packet keeps its own
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_schedule(): dest->port, or that of the packet
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.mending import drop
from lvsc.topology import Service
from lvsc.words import ForwardingMethod

RULE = Rule("ports-become-one", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a port is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, member, _ in site.topology.pairs(ForwardingMethod.NAT):
        if member.port is not None and (ports := _several(service)):
            at = member.origin.at("port")
            message = f"service {service.name} (nat) brings {ports}"
            message = f"{message} to port {member.port} of {member.server}"
            remedy = f"remove `port: {member.port}`: each packet keeps its port"
            key = "ports" if service.origin.says("ports") else "port"
            note = Note(service.origin.at(key), "what clients ask for")
            yield at, RULE.at(at, message, remedy, [note], fix=drop(member.origin.node, "port"))


def _several(service: Service) -> str:
    """The ports in words, where it is more than one."""
    if len(service.ports) < 2 and all(low == high != 0 for low, high in service.ports):
        return ""
    if (0, 0) in service.ports:
        return "every port"
    each = [str(low) if low == high else f"{low}-{high}" for low, high in service.ports]
    return "ports " + " and ".join([", ".join(each[:-1]), each[-1]] if len(each) > 1 else each)
