"""Direct routing on a network that does not deliver by MAC address.

Why it hurts
    Direct routing changes nothing but the MAC address. Google Cloud and
    Azure look at the IP address alone: the packet for the VIP goes to who
    has the VIP there, back to the director, never to the real server.
Wrong
    networks: {lan: {platform: gcp}}, services: {http: {mode: dr}}
Right
    mode: nat, or mode: tun with tunnel: {type: gue, port: 6080}
Source
    Google Cloud, VPC networks: subnets have no layer 2; Azure Virtual Network FAQ;
    net/netfilter/ipvs/ip_vs_xmit.c ip_vs_dr_xmit()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.platforms import network_note
from lvsc.topology import Host, Segment, Service
from lvsc.words import ForwardingMethod, Platform

RULE = Rule("dr-without-layer-two", Severity.ERROR)
_ROUTED = (Platform.GCP, Platform.AZURE)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the mode is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    if not any(segment.platform in _ROUTED for segment in site.topology.networks.values()):
        return
    told: set[str] = set()
    for service, _, host in site.pairs(ForwardingMethod.DR):
        segment = _between(site, service, host) if service.name not in told else None
        if segment is not None:
            told.add(service.name)
            at = service.origin.at("mode")
            said = f"{segment.platform} does not deliver by MAC address"
            message = f"{said}: what service {service.name} sends to real server {host.name} comes back to the director"
            yield at, RULE.at(at, message, "use mode nat, or tun with a tunnel of type gue", [network_note(segment)])


def _between(site: Site, service: Service, host: Host) -> Segment | None:
    """The first network that a real server shares with a director, if it is such a one."""
    directors = [site.topology.directors[name] for name in site.topology.vips[service.vip].directors]
    shared = (port.network for port in host.ports if any(each.port_on(port.network) for each in directors))
    segment = site.topology.networks.get(next(shared, ""))
    return segment if segment is not None and segment.platform in _ROUTED else None
