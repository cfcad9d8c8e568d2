"""Routers and clients: those that are declared, and those that a topology implies.

A gateway address that no declared host has belongs to a router somebody else
runs: it becomes one implied router, `upstream`. A client that is somewhere
behind a router gets a segment of its own there. A topology without clients
has one behind the gateway of its VIPs: `internet`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from lvsc.lower.directors import whole
from lvsc.lower.hosts import default_route, ethernet, in_order, own_addresses, static_routes
from lvsc.state import Held, HostState, Link, LinkKind, Route
from lvsc.topology import Client, Host, Segment, Topology
from lvsc.words import Address, HostRole, Interface, Network, parse_interface

# Addresses for benchmarks (RFC 2544, RFC 5180), and for carriers (RFC 6598) where a topology uses those itself.
_OUTSIDE = (("198.18.0.0/15", "2001:2::/48"), ("100.64.0.0/10", "2001:db8:fffe::/48"))
_FORWARDING = (("net/ipv4/ip_forward", 1), ("net/ipv6/conf/all/forwarding", 1))
# A client behind a router has addresses in several /24s and /64s, so that source hashing and persistence show.
_SPREAD = 8
_APART = {4: 8, 6: 64}


@dataclass(slots=True)
class _Router:
    """A router under construction."""

    name: str
    links: list[Link] = field(default_factory=list)
    addresses: list[Held] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    sysctls: dict[str, int] = field(default_factory=dict)

    def state(self) -> HostState:
        sysctls = in_order({**dict(_FORWARDING), **self.sysctls})
        return HostState(
            self.name, HostRole.ROUTER, False, tuple(self.links), tuple(self.addresses), tuple(self.routes), sysctls
        )


def surroundings(topology: Topology) -> dict[str, HostState]:
    """Routers and clients, declared and implied."""
    routers = {host.name: _declared(topology, host) for host in topology.routers.values()}
    upstream = _upstream(topology)
    if upstream is not None:
        routers[upstream.name] = upstream
    clients = topology.clients or _implied(topology, upstream)
    outside = _outside(topology)
    states: dict[str, HostState] = {}
    for client in clients.values():
        if client.behind is not None:
            states[client.name] = _behind(client, routers[client.behind], next(outside, ()))
        elif client.network is not None:
            states[client.name] = _on(topology, client, topology.networks[client.network])
    return {**{name: router.state() for name, router in routers.items()}, **states}


def _declared(topology: Topology, host: Host) -> _Router:
    links, addresses = ethernet(topology, host)
    return _Router(host.name, list(links), list(addresses), list(static_routes(topology, host)), dict(host.sysctls))


def _upstream(topology: Topology) -> _Router | None:
    """The router that holds every gateway address which no declared host has."""
    owned = {address for host in topology.hosts() for address in own_addresses(host)}
    owned |= {gateway for group in topology.failover.values() for gateway in group.gateways}
    router = _Router(_free("upstream", topology), [Link("lo", LinkKind.LOOPBACK, mtu=65536)])
    for segment in topology.networks.values():
        legs = [
            leg for gateway in segment.gateways if gateway not in owned and (leg := _leg(segment, gateway)) is not None
        ]
        if legs:
            device = f"eth{len(router.links) - 1}"
            router.links.append(Link(device, LinkKind.ETHERNET, segment=segment.name, mtu=segment.mtu))
            router.addresses += [Held(device, leg) for leg in legs]
            # Subnets that none of its addresses lies in (a link-local gateway lies in none) it reaches all the same.
            bare = (subnet for subnet in segment.subnets if not any(leg in subnet for leg in legs))
            versions = {leg.version for leg in legs}
            router.routes += [Route(subnet, None, device) for subnet in bare if subnet.version in versions]
    return router if router.addresses else None


def _leg(segment: Segment, gateway: Address) -> Interface | None:
    if gateway.version == 6 and gateway.is_link_local:
        return parse_interface(f"{gateway}/64")
    subnet = segment.subnet_of(gateway)
    return parse_interface(f"{gateway}/{subnet.prefixlen}") if subnet else None


def _free(name: str, topology: Topology) -> str:
    taken = {host.name for host in topology.hosts()} | set(topology.clients)
    while name in taken:
        name += "_"
    return name


def _implied(topology: Topology, upstream: _Router | None) -> dict[str, Client]:
    """A client behind each gateway of a VIP's network; on the network itself, where it has no gateway."""
    owners = {address: host.name for host in topology.routers.values() for address in own_addresses(host)}
    if upstream is not None:
        owners.update({held.ip: upstream.name for held in upstream.addresses})
    found: dict[str, Client] = {}
    for network in dict.fromkeys(vip.network for vip in topology.vips.values()):
        segment = topology.networks[network]
        behind = next((owners[gateway] for gateway in segment.gateways if gateway in owners), None)
        name = _free("internet" if behind in (None, getattr(upstream, "name", None)) else f"behind-{behind}", topology)
        name = name if behind else _free(f"{network}-client", topology)
        found[name] = Client(name, None if behind else network, (), behind, segment.origin)
    return found


def _outside(topology: Topology) -> Iterator[tuple[Network, Network]]:
    """Subnets for the world behind routers, clear of the topology's own."""
    used = [subnet for segment in topology.networks.values() for subnet in segment.subnets]
    used += [whole(address).network for vip in topology.vips.values() for address in vip.addresses]
    pairs = [(ip_network(v4), ip_network(v6)) for v4, v6 in _OUTSIDE]
    clear = [pair for pair in pairs if not any(_overlaps(one, net) for one in pair for net in used)] or pairs
    for v4, v6 in clear:
        yield from zip(v4.subnets(new_prefix=21), itertools.cycle(v6.subnets(new_prefix=56)), strict=False)


def _overlaps(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _behind(client: Client, router: _Router, subnets: Iterable[Network]) -> HostState:
    """A client on a segment of its own behind a router; the router gets a leg there."""
    segment = f"behind-{router.name}-{client.name}"
    device = f"lvsc-out{sum(link.segment is not None for link in router.links)}"
    router.links.append(Link(device, LinkKind.ETHERNET, segment=segment))
    held: list[Held] = []
    routes: list[Route] = []
    for subnet in subnets:
        gateway, own = subnet[1], [subnet[(index << _APART[subnet.version]) + 10] for index in range(_SPREAD)]
        router.addresses.append(Held(device, _in(gateway, subnet)))
        held += [Held("eth0", _in(address, subnet)) for address in own]
        routes.append(default_route(gateway))
        for address in client.addresses:
            if address.version == subnet.version:
                router.routes.append(Route(whole(address).network, own[0], device))
    held = [*(Held("eth0", whole(address)) for address in client.addresses), *held]
    return _client(client.name, segment, 1500, held, routes)


def _in(address: Address, subnet: Network) -> Interface:
    interface = parse_interface(f"{address}/{subnet.prefixlen}")
    assert interface is not None
    return interface


def _on(topology: Topology, client: Client, segment: Segment) -> HostState:
    """A client on a declared network."""
    addresses = client.addresses or tuple(_spare(topology, segment))
    held = [Held("eth0", _in(address, segment.subnet_of(address) or whole(address).network)) for address in addresses]
    versions = {address.version for address in addresses}
    routes = [default_route(gateway) for gateway in segment.gateways if gateway.version in versions]
    return _client(client.name, segment.name, segment.mtu, held, routes)


def _spare(topology: Topology, segment: Segment) -> Iterator[Address]:
    """An address of each subnet that nobody has, from the end of its first 4096."""
    taken = {address for host in topology.hosts() for address in own_addresses(host)}
    taken |= {address for vip in topology.vips.values() for address in vip.addresses} | set(segment.gateways)
    for subnet in segment.subnets:
        last = min(subnet.num_addresses, 4096) - 2
        yield from itertools.islice((subnet[index] for index in range(last, 0, -1) if subnet[index] not in taken), 1)


def _client(name: str, segment: str, mtu: int, held: list[Held], routes: list[Route]) -> HostState:
    links = (Link("lo", LinkKind.LOOPBACK, mtu=65536), Link("eth0", LinkKind.ETHERNET, segment=segment, mtu=mtu))
    return replace(HostState(name, HostRole.CLIENT, False), links=links, addresses=tuple(held), routes=tuple(routes))
