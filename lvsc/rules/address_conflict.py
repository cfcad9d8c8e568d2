"""One address is held by two hosts of a network.

Why it hurts
    Both answer for the address; traffic goes now to one, now to the other.
    A VIP on real servers of a dr or tun service is no conflict: there it is
    hidden.
Wrong
    web1 and web2 with address 192.0.2.11; a VIP that is a real server's own address
Right
    an address of its own for every host and VIP
Source
    RFC 5227, IPv4 Address Conflict Detection; RFC 4862 section 5.4
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.source import Span
from lvsc.topology import Host
from lvsc.words import Address

RULE = Rule("address-conflict", Severity.ERROR)
Holder = tuple[str, Span]


def check(site: Site) -> Iterator[Finding]:
    """One finding for each address, at its second holder."""
    seen: dict[Address, Holder] = {}
    for address, holder in _holders(site):
        first = seen.setdefault(address, holder)
        if first is not holder:
            message = f"{holder[0]} has the address {address} of {first[0]}"
            yield RULE.at(holder[1], message, "give one of the two another address", [Note(first[1], first[0])])


def _holders(site: Site) -> Iterator[tuple[Address, Holder]]:
    topology = site.topology
    for host in topology.hosts():
        yield from _own(host)
    for client in topology.clients.values():
        for address in client.addresses:
            yield (
                address,
                (
                    f"client {client.name}",
                    client.origin.at("addresses" if client.origin.says("addresses") else "address"),
                ),
            )
    for group in topology.failover.values():
        for address in group.gateways:
            key = "gateway_addresses" if group.origin.says("gateway_addresses") else "gateway_address"
            yield address, (f"failover group {group.name}", group.origin.at(key))
    for vip in topology.vips.values():
        for address in vip.addresses:
            yield (
                address,
                (f"VIP {vip.name}", vip.origin.at("addresses" if vip.origin.says("addresses") else "address")),
            )


def _own(host: Host) -> Iterator[tuple[Address, Holder]]:
    for port in host.ports:
        key = "addresses" if port.origin.says("addresses") else "address"
        for interface in port.addresses:
            yield interface.ip, (f"{host.role.value} {host.name}", port.origin.at(key))
