"""What the form leaves out: values that follow from others, for the reader and the writer alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lvsc.state import Destination, Held, HostState, Link, LinkKind
from lvsc.words import Address, HostRole, Network, parse_network

LOOPBACK = Link("lo", LinkKind.LOOPBACK, mtu=65536)

# What the kernel gives a device by itself (drivers/net/loopback.c, net/ipv4/ip_tunnel.c, net/ipv6/ip6_tunnel.c).
_MTU = {
    LinkKind.LOOPBACK: 65536,
    LinkKind.IPIP: 1480,
    LinkKind.SIT: 1480,
    LinkKind.GRE: 1476,
    LinkKind.IP6TNL: 1452,
    LinkKind.IP6GRE: 1448,
}
ANYWHERE = {4: parse_network("0.0.0.0/0"), 6: parse_network("::/0")}


def mtu_of(kind: LinkKind, parent: Link | None = None) -> int:
    """The MTU of a device that says nothing of it; a vlan or macvlan has its parent's."""
    return parent.mtu if parent is not None else _MTU.get(kind, 1500)


def anywhere(version: int) -> Network:
    """The destination of a default route."""
    found = ANYWHERE[version]
    assert found is not None
    return found


def kind_of(name: str) -> LinkKind:
    """The kind of a device that says nothing of it."""
    return LinkKind.LOOPBACK if name == "lo" else LinkKind.ETHERNET


def role_of(balances: bool, listens: bool, segments: int) -> HostRole:
    """The part of a host that says nothing of it."""
    if balances:
        return HostRole.DIRECTOR
    if listens:
        return HostRole.REAL_SERVER
    return HostRole.ROUTER if segments > 1 else HostRole.CLIENT


def role_shown(host: HostState) -> HostRole:
    """The part that a reader would take such a host to play."""
    segments = {link.segment for link in host.links if link.segment}
    return role_of(bool(host.ipvs), bool(host.listens), len(segments))


def owner(hosts: Mapping[str, Iterable[Held]], director: str, address: Address) -> str:
    """The name of a destination: of the host that holds its address, the director first; else the address."""
    if address.is_loopback:
        return director
    for name in dict.fromkeys([director, *hosts]):
        if any(held.ip == address for held in hosts.get(name, ())):
            return name
    return str(address)


def named(destination: Destination, hosts: Mapping[str, Iterable[Held]], director: str) -> bool:
    """Whether the name of a destination follows from its address."""
    return destination.name == owner(hosts, director, destination.address)
