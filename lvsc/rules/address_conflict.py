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

from collections.abc import Iterable, Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.source import Span
from lvsc.topology import Origin
from lvsc.words import Address, HostRole

RULE = Rule("address-conflict", Severity.ERROR)
Holder = tuple[str, Span]
_VIP = "VIP "


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a second holder's address is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    seen: dict[Address, Holder] = {}
    for address, holder in _holders(site):
        first = seen.setdefault(address, holder)
        if first is not holder:
            message = f"{holder[0]} has the address {address} of {first[0]}"
            note = Note(first[1], first[0])
            yield holder[1], RULE.at(holder[1], message, "give one of the two another address", [note])
    yield from _gateways(site, seen)


def _gateways(site: Site, seen: dict[Address, Holder]) -> Iterator[tuple[object, Finding]]:
    """A network's gateway is a router, a director or a floating address: never a VIP or a real server."""
    for segment in site.topology.networks.values():
        for gateway in segment.gateways:
            who, at = seen.get(gateway, ("", segment.origin.name))
            if who.startswith((_VIP, HostRole.REAL_SERVER.value)):
                message = f"{who} has the address {gateway}, which is the gateway of network {segment.name}"
                note = Note(segment.origin.at("gateway"), "the gateway")
                yield at, RULE.at(at, message, "give it another address, or the network its router's", [note])


def _holders(site: Site) -> Iterator[tuple[Address, Holder]]:
    topology = site.topology
    for host in topology.hosts():
        for port in host.ports:
            own = (interface.ip for interface in port.addresses)
            yield from _stated(own, port.origin, f"{host.role.value} {host.name}")
    for client in topology.clients.values():
        yield from _stated(client.addresses, client.origin, f"client {client.name}")
    for group in topology.failover.values():
        yield from _stated(group.gateways, group.origin, f"failover group {group.name}", "gateway_address")
    for vip in topology.vips.values():
        yield from _stated(vip.addresses, vip.origin, f"{_VIP}{vip.name}")


def _stated(
    addresses: Iterable[Address], origin: Origin, holder: str, key: str = "address"
) -> Iterator[tuple[Address, Holder]]:
    key = f"{key}es" if origin.says(f"{key}es") else key
    for index, address in enumerate(addresses):
        yield address, (holder, origin.at(key, index))
