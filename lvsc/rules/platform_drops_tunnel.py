"""A tunnel of a type that the cloud drops.

Why it hurts
    Azure passes TCP, UDP and ICMP between virtual machines, and drops IP in
    IP and GRE. No request arrives at a real server.
Wrong
    networks: {east: {platform: azure}}, services: {web: {mode: tun}}
Right
    tunnel: {type: gue, port: 6080}
Source
    Azure Virtual Network FAQ: protocols within virtual networks
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.platforms import network_note
from lvsc.state import HostState
from lvsc.topology import Host, Port
from lvsc.words import ForwardingMethod, Platform, TunnelType

RULE = Rule("platform-drops-tunnel", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the type of the tunnel, or the mode, is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    networks = site.topology.networks
    if not any(segment.platform is Platform.AZURE for segment in networks.values()):
        return
    told: set[str] = set()
    for service, _, host in site.pairs(ForwardingMethod.TUN):
        if service.tunnel is TunnelType.GUE or service.name in told:
            continue
        segment = networks[_outer(host, site.hosts[host.name]).network]
        if segment.platform is Platform.AZURE:
            told.add(service.name)
            at = service.origin.at("tunnel", "type")
            at = service.origin.at("mode") if at == service.origin.name else at
            said = f"{segment.platform} drops {service.tunnel.value} packets"
            message = f"{said}, which service {service.name} sends to real server {host.name}"
            remedy = "write `tunnel: {type: gue, port: 6080}`"
            yield at, RULE.at(at, message, remedy, [network_note(segment)])


def _outer(host: Host, state: HostState) -> Port:
    """The interface that the tunnel's packets come in by."""
    ends = {link.local for link in state.links if link.local is not None}
    found = (port for port in host.ports if any(address.ip in ends for address in port.addresses))
    return next(found, host.ports[0])
