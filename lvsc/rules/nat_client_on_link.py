"""A client of a NAT service is in the subnet of the real servers.

Why it hurts
    The real server knows the client as a neighbour and answers it directly,
    not through its gateway, so the director cannot put the VIP back. The
    client gets an answer from an address it never asked.
Wrong
    clients: {office: {network: inside}}, real servers of a nat service on network inside
Right
    mode: dr for services that neighbours use, or the clients on another network
Source
    LVS-HOWTO, One Network LVS-NAT; net/netfilter/ipvs/ip_vs_core.c handle_response()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.graph import segments_of
from lvsc.rules.base import Rule, Site, once
from lvsc.state import HostState
from lvsc.topology import Service
from lvsc.words import Address, ForwardingMethod, HostRole

RULE = Rule("nat-client-on-link", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each client; without clients, for each network on which they must be."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    clients = [state for state in site.hosts.values() if state.role is HostRole.CLIENT]
    seen: set[tuple[str, str]] = set()
    for service, member, _ in site.pairs(ForwardingMethod.NAT):
        for client in clients:
            if (member.server, client.name) in seen or not site.cluster.share_segment(member.server, client.name):
                continue
            seen.add((member.server, client.name))
            if any(_direct(site, member.server, held.ip) for held in client.addresses):
                yield client.name, _finding(site, service, member.server, client)


def _direct(site: Site, server: str, client: Address) -> bool:
    hop = site.cluster.next_hop(server, client)
    return hop is not None and hop.gateway is None


def _finding(site: Site, service: Service, server: str, client: HostState) -> Finding:
    said = site.topology.clients.get(client.name)
    network = next(iter(segments_of(client)))
    at = said.origin.at("network") if said else service.origin.at("mode")
    who = f"client {client.name}" if said else f"clients on network {network}"
    message = f"real server {server} answers {who} directly, past the director of service {service.name}"
    other = f"move {client.name} to another network" if said else "give the real servers a network of their own"
    note = Note(service.origin.at("mode"), "nat needs replies to pass the director")
    return RULE.at(at, message, f"use `mode: dr` for {service.name}, or {other}", [note])
