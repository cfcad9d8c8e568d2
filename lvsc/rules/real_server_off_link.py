"""A real server behind direct routing is no neighbour of the director.

Why it hurts
    Direct routing changes only the MAC address of a packet. Without a common
    segment the frame goes to a router instead, which sends it back to the
    director, because the VIP is there: the packet circles until its TTL ends.
    The same happens on one segment, where the director has no address in the
    real server's subnet and so takes its gateway for the way there.
Wrong
    mode: dr, with the director on network edge and the real server on network far; or
    network lan with two subnets, the director in one of them and the real server in the other
Right
    mode: tun, or the real server on network edge; an address of both subnets on the director
Source
    net/netfilter/ipvs/ip_vs_xmit.c ip_vs_dr_xmit(), IP_VS_RT_MODE_KNOWN_NH
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.graph import segments_of
from lvsc.rules.base import Rule, Site, once
from lvsc.source import Span
from lvsc.state import Destination
from lvsc.topology import Host, Service
from lvsc.words import Address, ForwardingMethod

RULE = Rule("real-server-off-link", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    yield from once(_found(site))
    yield from once(_routed(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, member, host in site.pairs(ForwardingMethod.DR):
        own = segments_of(site.hosts[member.server])
        for director in site.director_states(service.vip):
            if own & segments_of(director):
                continue
            who = f"real server {member.server} of service {service.name} (dr)"
            message = f"{who} shares no network with director {director.name}"
            remedy = (
                f"use `mode: tun`, or give {member.server} an interface on {' or '.join(sorted(segments_of(director)))}"
            )
            notes = [Note(host.origin.name, f"it is on {' and '.join(sorted(own)) or 'no network'}")]
            yield (host.origin.name, service.origin.at("mode")), RULE.at(member.origin.name, message, remedy, notes)


def _routed(site: Site) -> Iterator[tuple[object, Finding]]:
    """Real servers and sorry servers to which a director sends by way of a gateway."""
    for name, director in site.topology.directors.items():
        seen: set[Address] = set()
        for entry in site.hosts[name].ipvs:
            for each in (*entry.destinations, *([entry.sorry] if entry.sorry is not None else [])):
                if each.method is not ForwardingMethod.DR or each.address in seen:
                    continue
                seen.add(each.address)
                hop = site.cluster.next_hop(name, each.address)
                if hop is not None and hop.gateway is not None and _shares_network(site, director, each):
                    service = site.topology.services[entry.name]
                    at, who = _place(service, each.name)
                    message = f"director {name} reaches {who} {each.address} of service {service.name} (dr)"
                    message = f"{message} only by way of {hop.gateway}"
                    remedy = f"give {name} an address in the subnet of {each.address}, or a route to it on the link"
                    note = Note(director.origin.name, "the director")
                    host = site.topology.real_servers.get(each.name)
                    key = (host.origin.name if host is not None else each.name, service.origin.at("mode"))
                    yield key, RULE.at(at, message, remedy, [note])


def _shares_network(site: Site, director: Host, each: Destination) -> bool:
    """Whether a real server is on a network of the director, or its address in a subnet of one.

    A sorry server on no network of it is a finding of sorry-server-off-link.
    """
    if each.name in site.hosts:
        return site.cluster.share_segment(director.name, each.name)
    return any(site.topology.networks[port.network].subnet_of(each.address) is not None for port in director.ports)


def _place(service: Service, server: str) -> tuple[Span, str]:
    """Where a service names one of its real servers, else its sorry server."""
    member = next((member for member in service.members if member.server == server), None)
    if member is not None:
        return member.origin.name, f"real server {server}"
    key = "real_server" if service.sorry is not None and service.sorry.server is not None else "address"
    return service.origin.at("sorry_server", key), "sorry server"
