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
from lvsc.graph import next_hop
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Client
from lvsc.words import Address, ForwardingMethod

RULE = Rule("nat-client-on-link", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each client."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    clients = [client for client in site.topology.clients.values() if client.network is not None]
    seen: set[tuple[str, str]] = set()
    for service, member, host in site.topology.pairs(ForwardingMethod.NAT):
        for client in clients:
            if (member.server, client.name) in seen or host.port_on(str(client.network)) is None:
                continue
            seen.add((member.server, client.name))
            if any(
                (hop := next_hop(site.hosts[member.server], address)) and hop.gateway is None
                for address in _at(site, client)
            ):
                way = f"directly, past the director of service {service.name}"
                message = f"real server {member.server} answers client {client.name} {way}"
                remedy = f"use `mode: dr` for {service.name}, or move {client.name} to another network"
                note = Note(service.origin.at("mode"), "nat needs replies to pass the director")
                yield client.name, RULE.at(client.origin.at("network"), message, remedy, [note])


def _at(site: Site, client: Client) -> list[Address]:
    return [held.address.ip for held in site.hosts[client.name].addresses]
