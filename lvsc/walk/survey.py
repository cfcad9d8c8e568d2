"""Walks of a whole cluster: one for each class of equal situation, not one for each real server.

A class is a client, a service's shape, and what its real server and the other
holders of its VIP look like when their own addresses are left out. Of each
class one walk is made, over the few hosts that it needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from lvsc.state import Ask, Case, Destination, Held, Hosts, HostState, LinkKind, VirtualService
from lvsc.state.serving import with_listeners
from lvsc.walk.ask import Asked, asks, targets, telling
from lvsc.walk.failover import standing
from lvsc.walk.play import Walk, walk_case
from lvsc.walk.trace import End, Hop, distinct
from lvsc.words import Address, HostRole, Network, Protocol, Verdict

_MOST_LOUD = 4
_LAYERED = frozenset({LinkKind.BRIDGE, LinkKind.VLAN, LinkKind.MACVLAN})
Target = tuple[Protocol, Address, int]


class Trip(NamedTuple):
    """A client, a director's service, and a real server of it."""

    client: str
    director: str
    service: VirtualService
    destination: Destination
    address: Address
    port: int
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class Failure:
    """A walk that failed: its trip, every (service, real server) that it stands for, and which ask went wrong."""

    trip: Trip
    pairs: tuple[tuple[str, str], ...]
    walk: Walk
    when: str

    @property
    def verdict(self) -> Verdict:
        """What became of it."""
        return self.walk.verdict

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The way of the connection that failed, to where it was lost."""
        talk = next((each for each in self.walk.talks if each.answered_by is None), self.walk.talks[0])
        lost = talk.lost
        hops = talk.hops
        return tuple(hops[: hops.index(lost) + 1]) if lost is not None else tuple(hops)

    @property
    def evidence(self) -> tuple[Hop, ...]:
        """The hops that tell; who answers for whom only where that is the matter."""
        matters = self.end in (None, End.NO_NEIGHBOUR)
        return tuple(hop for hop in distinct(self.hops) if matters or not hop.resolves)

    @property
    def end(self) -> End | None:
        """Where it ended; None for an answer past the director."""
        return None if self.verdict is Verdict.BYPASS else (self.hops[-1].end if self.hops else None)


@dataclass(slots=True)
class Group:
    """A class of equal situation: the trip that is walked, and every (service, real server) in it."""

    trip: Trip
    pairs: list[tuple[str, str]]


class Survey:
    """The failures of a cluster, perhaps without some of its hosts; walked when first asked for."""

    def __init__(self, hosts: Hosts, down: Collection[str] = ()) -> None:
        self._hosts = hosts
        self._down = down

    @cached_property
    def index(self) -> Index:
        """The hosts as they stand, with VRRP's addresses at their holders."""
        return Index(standing(self._hosts, self._down))

    @cached_property
    def groups(self) -> list[Group]:
        """Every class."""
        return _groups(self.index)

    @cached_property
    def walks(self) -> tuple[Asked, ...]:
        """For each class the walk that shows most: the first that does not work, or the first."""
        return tuple(_walked(self.index, group.trip) for group in self.groups)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """The classes whose walk fails."""
        return tuple(
            Failure(group.trip, tuple(dict.fromkeys(group.pairs)), walk, when)
            for group, (walk, when) in zip(self.groups, self.walks, strict=True)
            if walk.verdict is not Verdict.WORKS
        )


class Index:
    """What of all hosts a walk may need: clients, routers and directors, and who holds which address.

    `shapes` numbers what real servers look like without their own addresses;
    `devices` tells on which of its devices a host holds an address.
    """

    def __init__(self, hosts: Hosts) -> None:
        self.hosts = hosts
        self.always = [h.name for h in hosts.values() if h.role in (HostRole.ROUTER, HostRole.DIRECTOR)]
        self.holders: defaultdict[Address, list[str]] = defaultdict(list)
        self.devices: defaultdict[tuple[str, Address], tuple[str, ...]] = defaultdict(tuple)
        numbers: dict[Hashable, int] = {}
        self.shapes: dict[str, int] = {}
        self._loud: dict[Hashable, bool] = {}
        self._heard: dict[Address, dict[Hashable, str]] = {}
        for name, host in hosts.items():
            for held in host.addresses:
                key = (name, held.ip)
                if key not in self.devices:
                    self.holders[held.ip].append(name)
                self.devices[key] += (held.device,)
            if host.role is HostRole.REAL_SERVER:
                self.shapes[name] = numbers.setdefault(_shape(host), len(numbers))

    def loud(self, address: Address) -> dict[Hashable, str]:
        """The real servers that hold an address and may be heard answering for it, one of each look, a few at most."""
        if address not in self._heard:
            self._heard[address] = self._hear(address)
        return self._heard[address]

    def _hear(self, address: Address) -> dict[Hashable, str]:
        found: dict[Hashable, str] = {}
        for name in self.holders.get(address, ()):
            if name in self.shapes and len(found) < _MOST_LOUD:
                look = (self.shapes[name], self.devices[name, address], address.version)
                if look not in self._loud:
                    self._loud[look] = _answers(self.hosts[name], address, look[1])
                if self._loud[look]:
                    found.setdefault(look, name)
        return found


def _shape(host: HostState) -> Hashable:
    """A host without its own addresses: what they are does not matter, where they lie does."""
    own = {held.ip for held in host.addresses}
    links = tuple(
        (link.name, link.kind, link.segment, link.mtu, link.up, link.local in own or link.local, link.remote, link.port)
        for link in host.links
    )
    return (host.managed, links, _wide(host), host.routes, host.sysctls, host.rules, host.chains, host.unknown)


def _answers(host: HostState, address: Address, devices: tuple[str, ...]) -> bool:
    """Whether a host may answer for an address: it lies on a plugged device, or nothing keeps IPv4 from it."""
    plugged = [link for link in host.links if link.segment is not None]
    if any(link.name in devices for link in plugged) or any(link.kind in _LAYERED for link in host.links):
        return True
    return address.version == 4 and any(host.effective("arp_ignore", link.name) not in (1, 2) for link in plugged)


def _wide(host: HostState) -> tuple[Hashable, ...]:
    """Where its addresses lie, those that bring a network."""
    return tuple(
        dict.fromkeys(
            (held.device, held.address.network, held.scope)
            for held in host.addresses
            if held.address.network.prefixlen < held.ip.max_prefixlen
        )
    )


def _groups(index: Index) -> list[Group]:
    clients = [host for host in index.hosts.values() if host.role is HostRole.CLIENT]
    found: dict[Hashable, Group] = {}
    looks: dict[Address, Hashable] = {}
    for director in index.hosts.values():
        networks = list(dict.fromkeys(held.address.network for held in director.addresses)) if director.ipvs else []
        networks = [network for network in networks if network.prefixlen < network.max_prefixlen]
        exact = {(each.protocol, each.address, each.port) for each in director.ipvs if each.address is not None}
        for service in director.ipvs:
            for address, port, protocol in targets(director, service):
                if not _serves(index, director, address) or _hidden(
                    director, exact, service, (protocol, address, port)
                ):
                    continue
                if address not in looks:
                    looks[address] = _look(index, networks, address)
                key = (director.name, looks[address], protocol, _service_key(service))
                asking = [host for host in clients if any(h.address.version == address.version for h in host.addresses)]
                idle = not any(each.weight for each in service.destinations)
                for destination in service.destinations:
                    if (destination.weight or idle) and destination.name in index.hosts:
                        own = _destination_key(index, destination, address, port)
                        for client in asking:
                            trip = Trip(client.name, director.name, service, destination, address, port, protocol)
                            group = found.setdefault((client.name, key, own), Group(trip, []))
                            group.pairs.append((service.name, destination.name))
    return list(found.values())


def _serves(index: Index, director: HostState, address: Address) -> bool:
    """Whether this director is the one to walk: it holds the VIP, or no director does."""
    holders = [name for name in index.holders.get(address, ()) if index.hosts[name].role is HostRole.DIRECTOR]
    return not holders or director.name in holders


def _hidden(director: HostState, exact: set[Target], service: VirtualService, target: Target) -> bool:
    """Whether another service takes the port that stands for all ports of this one."""
    protocol, address, port = target
    if service.port or service.mark is not None:
        return False
    marked = (rule for rule in director.marks if (rule.protocol, rule.address) == (protocol, address))
    return target in exact or any(low <= port <= high or (low, high) == (0, 0) for r in marked for low, high in r.ports)


def _look(index: Index, networks: list[Network], address: Address) -> Hashable:
    """How a VIP lies: in which networks of its director, on which devices of whom."""
    holders = index.holders.get(address, ())
    others = tuple((name, index.devices[name, address]) for name in holders if name not in index.shapes)
    home = tuple(network for network in networks if network.version == address.version and address in network)
    return (others, home, frozenset(index.loud(address)))


def _service_key(service: VirtualService) -> Hashable:
    return (service.mark is not None, service.port == 0, bool(service.persistence), service.one_packet)


def _destination_key(index: Index, destination: Destination, address: Address, port: int) -> Hashable:
    listens = destination.listens or destination.port
    return (
        index.shapes.get(destination.name, destination.name),
        index.devices[destination.name, address],
        index.devices[destination.name, destination.address],
        destination.address.version,
        destination.method,
        destination.tunnel,
        destination.tunnel_port,
        listens in (port, destination.port),
        destination.weight == 0,
        len(index.holders.get(destination.address, ())),
    )


def _walked(index: Index, trip: Trip) -> Asked:
    # The scheduler is left alone only where it has nothing to choose from.
    return telling(walk_case(case_of(index, trip), trip.destination.name if trip.destination.weight else None))


def case_of(index: Index, trip: Trip) -> Case:
    """The few hosts that the walk of a trip needs, and what is asked of them."""
    same = index.holders.get(trip.destination.address, ())
    names = [trip.client, *index.always, *index.loud(trip.address).values(), *same, trip.destination.name]
    hosts = {name: index.hosts[name] for name in dict.fromkeys(names) if name in index.hosts}
    hosts = {name: _only(host, trip) for name, host in hosts.items()}
    # Who else has the real server's address is heard before it.
    others = [name for name in (*same, *hosts) if name != trip.destination.name and name not in index.always]
    first = (*dict.fromkeys([*(name for name in others if name in same), trip.destination.name, *others]),)
    return Case("walk", with_listeners(hosts), _asks(trip), first)


def _only(host: HostState, trip: Trip) -> HostState:
    """The host with what concerns one service and one real server."""
    if host.ipvs:
        vips = {each.address for each in host.ipvs} | {rule.address for rule in host.marks}
        services = tuple(each for each in host.ipvs if _concerns(each, trip))
        marks = tuple(rule for rule in host.marks if rule.address == trip.address)
        return replace(
            host,
            ipvs=services,
            marks=marks,
            addresses=tuple(h for h in host.addresses if h.ip == trip.address or h.ip not in vips),
        )
    if host.role is HostRole.REAL_SERVER:
        return replace(host, addresses=_kept(host, trip))
    return host


def _kept(host: HostState, trip: Trip) -> tuple[Held, ...]:
    """Without other VIPs: those of the whole length that lvsc puts there."""
    return tuple(
        held
        for held in host.addresses
        if held.ip == trip.address or not held.ours or held.address.network.prefixlen < held.ip.max_prefixlen
    )


def _concerns(service: VirtualService, trip: Trip) -> bool:
    return service is trip.service or service.mark is not None or service.address == trip.address


def _asks(trip: Trip) -> tuple[Ask, ...]:
    short = Ask(trip.client, trip.address, trip.port, trip.protocol, connections=2)
    return asks(short, (trip.destination.name, trip.director))
