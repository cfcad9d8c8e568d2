"""What becomes one box: equal hosts, VIPs and services are folded, the more the larger the cluster is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lvsc.graph.cluster import segments_of
from lvsc.state import Hosts, HostState
from lvsc.topology import Service, Topology, Vip
from lvsc.words import ForwardingMethod, HostRole

COARSEST = 4
_FEW_HOSTS = 4
_FEW_VIPS = 8

Shares = Mapping[str, frozenset[tuple[int, int | None]]]


@dataclass(frozen=True, slots=True)
class Fold:
    """Names put together, in their order, and the index of the box that each is in."""

    boxes: tuple[tuple[str, ...], ...]
    of: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Services of one VIP box that reach the same real servers alike; `shares` are (weight, port) by real server."""

    vip: int
    mode: ForwardingMethod
    services: tuple[Service, ...]
    shares: Shares
    sorry: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """The boxes of a picture; `networks` leaves out those that the frame of their real servers stands for."""

    clients: Fold
    routers: Fold
    directors: Fold
    servers: Fold
    networks: Fold
    vips: Fold
    bundles: tuple[Bundle, ...]
    framed: frozenset[str]

    @property
    def size(self) -> int:
        """The number of boxes."""
        folds = (self.clients, self.routers, self.directors, self.servers, self.networks, self.vips)
        return sum(len(fold.boxes) for fold in folds) + len(self.bundles)

    @property
    def readable(self) -> bool:
        """Whether a person can still take it in."""
        forwards = sum(len({self.servers.of[name] for name in bundle.shares}) for bundle in self.bundles)
        return self.size <= 90 and len(self.servers.boxes) <= 40 and len(self.bundles) <= 24 and forwards <= 72


def plan(topology: Topology, hosts: Hosts) -> Plan:
    """The finest plan that a person can read."""
    for detail in range(COARSEST):
        found = _plan(topology, hosts, detail)
        if found.readable:
            return found
    return _plan(topology, hosts, COARSEST)


def fold(names: Iterable[str], key: Callable[[str], Hashable], few: int) -> Fold:
    """Names of equal key in one box, where there are more than a few of them."""
    alike: dict[Hashable, list[str]] = defaultdict(list)
    for name in names:
        alike[key(name)].append(name)
    boxes: list[tuple[str, ...]] = []
    for found in alike.values():
        boxes += [tuple(found)] if len(found) > few else [(name,) for name in found]
    return Fold(tuple(boxes), {name: index for index, box in enumerate(boxes) for name in box})


def networks_of(topology: Topology, host: HostState) -> tuple[str, ...]:
    """The declared networks of a host, in the topology's order."""
    segments = segments_of(host)
    return tuple(name for name in topology.networks if name in segments)


def beyond(topology: Topology, hosts: Hosts) -> Mapping[str, tuple[str, ...]]:
    """For each client the routers that it is somewhere behind."""
    routers: dict[str, list[str]] = defaultdict(list)
    for name in _named(hosts, HostRole.ROUTER):
        for segment in segments_of(hosts[name]) - topology.networks.keys():
            routers[segment].append(name)
    return {
        name: tuple(router for segment in sorted(segments_of(hosts[name])) for router in routers.get(segment, ()))
        for name in _named(hosts, HostRole.CLIENT)
    }


def _plan(topology: Topology, hosts: Hosts, detail: int) -> Plan:
    few, coarse = (1 if detail == COARSEST else _FEW_HOSTS), detail >= COARSEST - 1
    near = {name: networks_of(topology, host) for name, host in hosts.items()}
    behind = beyond(topology, hosts)
    vips = _vips(topology, detail)
    bundles = tuple(_bundles(topology, vips, detail))
    ranks = _ranks(topology, vips)

    def of_role(role: HostRole, key: Callable[[str], Hashable]) -> Fold:
        return fold(_named(hosts, role), (lambda _: ()) if coarse else key, few)

    servers = _servers(hosts, near, bundles, detail)
    framed = _framed(topology, hosts, servers)
    return Plan(
        clients=of_role(HostRole.CLIENT, lambda name: (near[name], behind[name])),
        routers=of_role(HostRole.ROUTER, lambda name: near[name]),
        directors=of_role(HostRole.DIRECTOR, lambda name: (near[name], ranks.get(name))),
        servers=servers,
        networks=_networks(topology, near, framed, few, coarse),
        vips=vips,
        bundles=bundles,
        framed=framed,
    )


def _named(hosts: Hosts, role: HostRole) -> list[str]:
    return [name for name, host in hosts.items() if host.role is role]


def _networks(
    topology: Topology, near: Mapping[str, tuple[str, ...]], framed: frozenset[str], few: int, coarse: bool
) -> Fold:
    members: dict[str, list[str]] = defaultdict(list)
    for host, names in near.items():
        for name in names:
            members[name].append(host)
    drawn = (name for name in topology.networks if name not in framed)
    return fold(drawn, lambda name: () if coarse else tuple(members[name]), few)


def _framed(topology: Topology, hosts: Hosts, servers: Fold) -> frozenset[str]:
    """Networks behind the directors whose real servers are in one frame: the frame stands for the network."""
    sets: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    open_to = {vip.network for vip in topology.vips.values()}
    for frame, names in frames(topology, hosts, servers).items():
        for network in frame:
            sets[network].add(frame if len(frame) == 1 and names else ())
    for name in _named(hosts, HostRole.CLIENT):
        open_to.update(segments_of(hosts[name]))
    return frozenset(name for name, found in sets.items() if found == {(name,)} and name not in open_to)


def frames(topology: Topology, hosts: Hosts, servers: Fold) -> Mapping[tuple[str, ...], tuple[int, ...]]:
    """The boxes of real servers by the networks that they are on."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, box in enumerate(servers.boxes):
        on = {network for name in box for network in segments_of(hosts[name])}
        found[tuple(name for name in topology.networks if name in on)].append(index)
    return {networks: tuple(boxes) for networks, boxes in found.items()}


def _vips(topology: Topology, detail: int) -> Fold:
    signs: dict[str, set[Hashable]] = defaultdict(set)
    if detail < COARSEST - 1:
        for service in topology.services.values():
            signs[service.vip].add((service.protocols, service.ports, service.mode, _members(service)))

    def key(name: str) -> Hashable:
        vip = topology.vips[name]
        return () if detail == COARSEST else (vip.directors, vip.failover, vip.network, frozenset(signs[name]))

    return fold(topology.vips, key, 1 if detail == COARSEST else _FEW_VIPS)


def _members(service: Service) -> tuple[tuple[str, int, int | None], ...]:
    return tuple((member.server, member.weight, member.port) for member in service.members)


def _bundles(topology: Topology, vips: Fold, detail: int) -> Iterator[Bundle]:
    alike: dict[Hashable, list[Service]] = defaultdict(list)
    for service in topology.services.values():
        sorry = service.sorry.server if service.sorry else None
        whom: tuple[Hashable, ...] = ()
        if detail == 0:
            whom = (_members(service), sorry)
        elif detail == 1:
            whom = (frozenset(member.server for member in service.members), sorry)
        alike[(vips.of[service.vip], service.mode, whom)].append(service)
    for services in sorted(alike.values(), key=lambda found: vips.of[found[0].vip]):
        shares: dict[str, set[tuple[int, int | None]]] = defaultdict(set)
        for server, weight, port in {share for service in services for share in _members(service)}:
            shares[server].add((weight, port))
        yield Bundle(
            vips.of[services[0].vip],
            services[0].mode,
            tuple(services),
            {name: frozenset(found) for name, found in shares.items()},
            frozenset(service.sorry.server for service in services if service.sorry and service.sorry.server),
        )


def _servers(hosts: Hosts, near: Mapping[str, tuple[str, ...]], bundles: tuple[Bundle, ...], detail: int) -> Fold:
    parts: dict[str, set[Hashable]] = defaultdict(set)
    for index, bundle in enumerate(bundles):
        for name, shares in bundle.shares.items():
            parts[name].add((index, shares if detail == 0 else None))
        for name in bundle.sorry:
            parts[name].add((index, "sorry"))

    def key(name: str) -> Hashable:
        if detail == COARSEST:
            return ()
        return (near[name], hosts[name].managed, frozenset(parts[name]) if detail < COARSEST - 1 else None)

    return fold(_named(hosts, HostRole.REAL_SERVER), key, 1 if detail == COARSEST else _FEW_HOSTS)


def _ranks(topology: Topology, vips: Fold) -> Mapping[str, frozenset[tuple[int, bool]]]:
    found: dict[str, set[tuple[int, bool]]] = defaultdict(set)
    for vip in topology.vips.values():
        for name in vip.directors:
            found[name].add((vips.of[vip.name], standby(vip, name)))
    return {name: frozenset(ranks) for name, ranks in found.items()}


def standby(vip: Vip, director: str) -> bool:
    """Whether a director holds the VIP only when those before it in its failover group are gone."""
    return vip.failover is not None and vip.directors[:1] != (director,)
