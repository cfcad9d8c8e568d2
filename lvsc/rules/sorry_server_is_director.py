"""The sorry server of a service is one of the directors that hold its VIP in turn.

Why it hurts
    While that director holds the VIP it answers itself. While another one
    does, packets for the VIP come to a director that does not hold it: it
    drops them, or sends them back and forth until their TTL is used up.
    Behind NAT it answers past the director that must translate.
Wrong
    failover: {pair: {directors: [lvs1, lvs2]}}, sorry_server: {address: 192.0.2.3}, which is lvs2
Right
    sorry_server: {address: 127.0.0.1} with mode dr, which is each director itself, or another host
Source
    k0s issues 5178 and 5831; keepalived issues 2389 and 2450; net/netfilter/ipvs/ip_vs_core.c ip_vs_in_hook()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import Address

RULE = Rule("sorry-server-is-director", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a sorry server is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    owners = _owners(site)
    for service in site.topology.services.values():
        address = service.sorry.address if service.sorry is not None else None
        vip = site.topology.vips[service.vip]
        own = owners.get(address) if address is not None else None
        other = next((name for name in vip.directors if name != own), None)
        if own is not None and own in vip.directors and other is not None:
            at = service.origin.at("sorry_server", "address")
            message = f"sorry server {address} of service {service.name} is director {own}"
            message = f"{message}: while {other} holds VIP {vip.name}, it answers nobody"
            remedy = "name another host, or with mode dr 127.0.0.1, which is each director itself"
            yield at, RULE.at(at, message, remedy, [Note(site.topology.directors[own].origin.name, "the director")])


def _owners(site: Site) -> dict[Address, str]:
    """Which director has an address."""
    hosts = site.topology.directors.values()
    return {address.ip: host.name for host in hosts for port in host.ports for address in port.addresses}
