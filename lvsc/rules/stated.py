"""What the rules about addresses share: every address of a host or VIP, and where it is stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import NamedTuple

from lvsc.rules.base import Site
from lvsc.source import Span
from lvsc.topology import Origin, Segment
from lvsc.words import Address, Network

_POINT_TO_POINT = 31


class Stated(NamedTuple):
    """An address, its network, who has it, and where that stands."""

    address: Address
    segment: Segment
    who: str
    at: Span

    @property
    def subnet(self) -> Network | None:
        """The subnet of the network that holds it."""
        return self.segment.subnet_of(self.address)


def stated(site: Site) -> Iterator[Stated]:
    """Those of hosts, then floating gateways, then VIPs."""
    topology = site.topology
    for host in topology.hosts():
        for port in host.ports:
            who = f"{host.role.value} {host.name}"
            own = (interface.ip for interface in port.addresses)
            yield from _each(own, port.origin, topology.networks[port.network], who)
    for group in topology.failover.values():
        segment = topology.networks[group.network]
        yield from _each(group.gateways, group.origin, segment, f"failover group {group.name}", "gateway_address")
    for vip in topology.vips.values():
        yield from _each(vip.addresses, vip.origin, topology.networks[vip.network], f"VIP {vip.name}")


def with_edges(site: Site) -> Iterator[tuple[Stated, IPv4Network]]:
    """Those in an IPv4 subnet that has a network and a broadcast address: none of two addresses or one (RFC 3021)."""
    for each in stated(site):
        subnet = each.subnet
        if isinstance(subnet, IPv4Network) and subnet.prefixlen < _POINT_TO_POINT:
            yield each, subnet


def _each(
    addresses: Iterable[Address], origin: Origin, segment: Segment, who: str, key: str = "address"
) -> Iterator[Stated]:
    key = f"{key}es" if origin.says(f"{key}es") else key
    for index, address in enumerate(addresses):
        yield Stated(address, segment, who, origin.at(key, index))
