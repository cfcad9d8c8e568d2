"""All hosts of a case on their segments, the clock, and what is under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lvsc.state import Case, HostState
from lvsc.walk.filters import Arp
from lvsc.walk.machine import Machine
from lvsc.walk.packet import Packet
from lvsc.walk.talk import Talk
from lvsc.walk.trace import End, Fact, FactKind, Hop
from lvsc.words import Address

# A segment of so many hosts is searched for those that could care, instead of building every host.
_MANY = 40
_STEPS = 60_000


@dataclass(frozen=True, slots=True)
class Nd:
    """A neighbour solicitation or advertisement (RFC 4861); `source` is the IPv6 source of a solicitation."""

    solicits: bool
    source: Address | None
    target: Address
    override: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """What goes over a wire; no `to`: everybody hears it."""

    mac: str
    to: str | None
    load: Packet | Arp | Nd
    talk: Talk
    vlan: int | None = None
    mark: int = 0


class World:
    """Machines are made when a packet first needs them."""

    def __init__(self, case: Case) -> None:
        self.case, self.now = case, 0.0
        self._machines: dict[str, Machine] = {}
        self._numbers = {name: number for number, name in enumerate(case.hosts)}
        self.forced: str | None = None
        self._port = 39_999
        self._queue: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._steps = 0
        self.pending: list[tuple[Machine, str, Address]] = []
        self._heard = _hearing(case)
        self._owners: dict[Address, list[str]] | None = None
        self._macs: dict[str, set[str]] = {}
        for name, state in case.hosts.items():
            for link in state.links:
                if link.mac is not None:
                    self._macs.setdefault(link.mac.lower(), set()).add(name)

    def machine(self, name: str) -> Machine:
        """A host at run time."""
        found = self._machines.get(name)
        if found is None:
            found = self._machines[name] = Machine(self.case.hosts[name], self._numbers[name], self._taken(name))
            for mac in found.macs.values():
                self._macs.setdefault(mac, set()).add(name)
        return found

    def _taken(self, name: str) -> frozenset[Address]:
        """The addresses that the host looks for a duplicate of, and finds one: another holds it, or looked first."""
        state, found = self.case.hosts[name], set()
        for held in state.addresses:
            segments = {link.segment for link in state.links if held.dad and link.name == held.device} - {None}
            if segments and any(
                other.ip == held.ip and (not other.dad or self._numbers[peer] < self._numbers[name])
                for segment in segments
                for peer, device in self._heard[str(segment)]
                for other in self.case.hosts[peer].held_on(device)
                if peer != name
            ):
                found.add(held.ip)
        return frozenset(found)

    def next_port(self) -> int:
        """A port that no connection had yet."""
        self._port += 1
        return self._port

    @property
    def made(self) -> Iterator[Machine]:
        """The hosts that met a packet."""
        return iter(list(self._machines.values()))

    def later(self, what: Callable[..., None], *arguments: Any) -> None:
        """Do it after what is under way."""
        self._queue.append((what, arguments))

    def run(self) -> None:
        """Until nothing is under way; loops of packets end by their hop limit."""
        while self._queue and self._steps < _STEPS:
            self._steps += 1
            what, arguments = self._queue.popleft()
            what(self, *arguments)
        if self._queue:
            self._queue.clear()
        self._steps = 0

    def members(self, segment: str, frame: Frame) -> Iterator[tuple[str, str]]:
        """Hosts on a segment with their devices that may care for a frame, in the order in which they hear it."""
        ports = self._heard.get(segment, ())
        if frame.to is not None:
            hosts = self._macs.get(frame.to, set())
            return (port for port in ports if port[0] in hosts)
        if len(ports) <= _MANY:
            return iter(ports)
        wanted = self._interested(frame.load)
        return (port for port in ports if port[0] in wanted)

    def _interested(self, load: Packet | Arp | Nd) -> set[str]:
        if self._owners is None:
            self._owners = {}
            self._nosy = {name for name, state in self.case.hosts.items() if _answers_for_others(state)}
            for name, state in self.case.hosts.items():
                for held in state.addresses:
                    self._owners.setdefault(held.ip, []).append(name)
        target = load.dst if isinstance(load, Packet) else load.target
        return {*self._machines, *self._owners.get(target, ()), *self._nosy}

    def tell(
        self,
        machine: Machine,
        device: str,
        did: str,
        packet: Packet,
        fact: Fact | None = None,
        end: End | None = None,
    ) -> None:
        """Write down a hop of a packet."""
        packet.talk.tell(Hop(machine.name, device, did, str(packet), packet.reply, fact, end))

    def unmodelled(self, machine: Machine, device: str, what: str, packet: Packet) -> None:
        """A packet met something that lvsc does not follow."""
        self.tell(machine, device, what, packet, Fact(FactKind.UNKNOWN, what), End.UNMODELLED)


def _hearing(case: Case) -> dict[str, list[tuple[str, str]]]:
    """For each segment its hosts, those first that hear a broadcast first: `first`, then the last declared."""
    order = {name: place for place, name in enumerate(case.first)}
    declared = {name: place for place, name in enumerate(case.hosts)}
    names = sorted(case.hosts, key=lambda name: (order.get(name, len(order)), -declared[name]))
    found: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        for link in case.hosts[name].links:
            if link.segment is not None:
                found.setdefault(link.segment, []).append((name, link.name))
    return found


def _answers_for_others(state: HostState) -> bool:
    """Whether a host may answer for an address that it has not got: proxies, whole networks on lo, local routes."""
    if any(path.endswith(("/proxy_arp", "/proxy_ndp")) and value for path, value in state.sysctls):
        return True
    wide = any(
        held.device == "lo" and held.address.network.prefixlen < held.ip.max_prefixlen for held in state.addresses
    )
    return wide or any(route.kind.value == "local" for route in state.routes)
