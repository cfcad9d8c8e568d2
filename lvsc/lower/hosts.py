"""What every declared host has by itself: devices, addresses, routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.state import Held, Link, LinkKind, Route
from lvsc.topology import Host, Topology
from lvsc.words import Address, Network, parse_network

_RESET = {
    "net/ipv4/ip_forward": 0,
    "net/ipv4/conf/all/forwarding": 1,
    "net/ipv6/conf/all/forwarding": 2,
}
_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


def ethernet(topology: Topology, host: Host) -> tuple[tuple[Link, ...], tuple[Held, ...]]:
    """The host's own devices and addresses, loopback first."""
    links = [Link("lo", LinkKind.LOOPBACK, mtu=65536)]
    addresses: list[Held] = []
    for port in host.ports:
        mtu = port.mtu or topology.networks[port.network].mtu
        links.append(Link(port.name, LinkKind.ETHERNET, segment=port.network, mtu=mtu))
        addresses += [Held(port.name, address) for address in port.addresses]
    return tuple(links), tuple(addresses)


def static_routes(
    topology: Topology, host: Host, gateways: tuple[Address, ...] | None = None, ours: bool = False
) -> tuple[Route, ...]:
    """Default routes through the gateways (`ours`: lvsc sets those), and the host's further routes.

    What is on the link comes first: a gateway may be reached by it.
    """
    found = host.gateways if gateways is None else gateways
    defaults = [default_route(gateway, ours, _towards(topology, host, gateway)) for gateway in found]
    others = [Route(route.to, route.via, route.interface) for route in host.routes]
    near = [route for route in others if route.via is None]
    return (*near, *defaults, *(route for route in others if route.via is not None))


def _towards(topology: Topology, host: Host, gateway: Address) -> str:
    """The device on the network that names this gateway; else the first with an address of its family."""
    named = [port for port in host.ports if gateway in topology.networks[port.network].gateways]
    same = [port for port in host.ports if any(own.version == gateway.version for own in port.addresses)]
    return (named or same or list(host.ports))[0].name


def default_route(gateway: Address, ours: bool = False, device: str = "eth0") -> Route:
    """The default route of the gateway's family; a link-local gateway is one only together with the device."""
    return Route(everywhere(gateway.version), gateway, device if gateway.is_link_local else None, ours)


def everywhere(version: int) -> Network:
    """0.0.0.0/0 or ::/0."""
    network = parse_network(_EVERYWHERE[version])
    assert network is not None
    return network


def own_addresses(host: Host) -> Iterator[Address]:
    """All addresses of a host."""
    return (address.ip for port in host.ports for address in port.addresses)


def in_order(sysctls: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Kernel settings in the order in which they are written: first what resets others.

    net/ipv4/devinet.c: inet_forward_change(); net/ipv6/addrconf.c: addrconf_fixup_forwarding().
    """
    return tuple(sorted(sysctls.items(), key=lambda item: (_RESET.get(item[0], len(_RESET)), item[0])))
