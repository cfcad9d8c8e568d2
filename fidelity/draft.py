"""A host, and a cluster, while they are made up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_interface, ip_network
from typing import TypeVar

from lvsc.snapshot.defaults import mtu_of, role_of
from lvsc.state import (
    Ask,
    Case,
    Chain,
    Held,
    HostState,
    Link,
    LinkKind,
    Listener,
    Neighbour,
    PolicyRule,
    Route,
    Scope,
    VirtualService,
)
from lvsc.words import Address, ForwardingMethod, Interface, Network, Protocol, TunnelType, sysctl_path

_T = TypeVar("_T")

NETWORKS = {
    4: {"wan": "198.51.100.{}/24", "lan": "192.0.2.{}/24", "priv": "10.0.0.{}/24", "far": "203.0.113.{}/24"},
    6: {"wan": "2001:db8:9::{}/64", "lan": "2001:db8:1::{}/64", "priv": "fd00::{}/64", "far": "2001:db8:2::{}/64"},
}


def at(family: int, network: str, number: int) -> Interface:
    """The address of that number in a network."""
    return ip_interface(NETWORKS[family][network].format(number))


def everywhere(family: int) -> Network:
    """The destination of a default route."""
    return ip_network("0.0.0.0/0" if family == 4 else "::/0")


def single(address: Address) -> Interface:
    """The address alone: /32 or /128."""
    return ip_interface(address)


class Dice(random.Random):
    """Chances and choices."""

    def chance(self, percent: float) -> bool:
        """True so often."""
        return self.random() * 100 < percent

    def weighted(self, choices: dict[_T, float]) -> _T:
        """One of the keys, by weight."""
        return self.choices(list(choices), list(choices.values()))[0]

    def some(self, things: Sequence[_T]) -> list[_T]:
        """All of them, or just one."""
        return list(things) if self.chance(50) else [self.choice(things)]


@dataclass
class Draft:
    """A host that can still be changed; `number` makes its MAC addresses."""

    name: str
    number: int
    links: dict[str, Link] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    early: list[tuple[str, int]] = field(default_factory=list)
    sysctls: list[tuple[str, int]] = field(default_factory=list)
    late: list[tuple[str, int]] = field(default_factory=list)
    rules: list[PolicyRule] = field(default_factory=list)
    neighbours: list[Neighbour] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    listens: list[Listener] = field(default_factory=list)
    ipvs: list[VirtualService] = field(default_factory=list)

    def plug(self, device: str, segment: str, *addresses: Interface) -> Draft:
        """Give it a network card."""
        mac = f"02:00:00:00:{self.number:02x}:{len(self.links):02x}"
        self.links[device] = Link(device, LinkKind.ETHERNET, segment=segment, mac=mac)
        self.held += [Held(device, address) for address in addresses]
        return self

    def device(self, name: str, kind: LinkKind, up: bool = True, **more: object) -> None:
        """Give it another device, once."""
        self.links.setdefault(name, Link(name, kind, mtu=mtu_of(kind), up=up, **more))  # type: ignore[arg-type]

    def hold(self, device: str, address: Interface, quiet: bool = False, scope: Scope = Scope.GLOBAL) -> None:
        """Give it an address; what is deprecated is so for IPv6 only."""
        self.held.append(Held(device, address, quiet=quiet and address.version == 6, scope=scope))

    def set(self, key: str, value: int) -> None:
        """Write a setting when devices exist and have no address."""
        self.sysctls.append((sysctl_path(key), value))

    def default(self, via: Address | None, table: int = 254) -> None:
        """Send everything else there."""
        if via is not None:
            self.routes.append(Route(everywhere(via.version), via, None, table=table))

    def drop_default(self) -> None:
        """Forget its default route."""
        self.routes = [route for route in self.routes if route.to.prefixlen or route.table != 254]

    def address(self, device: str, family: int) -> Address | None:
        """Its first address on a device."""
        return next((held.ip for held in self.held if held.device == device and held.ip.version == family), None)

    def freeze(self, mtu: dict[str, int]) -> HostState:
        """The host as it is now."""
        links = [
            replace(link, mtu=mtu.get(link.segment, 1500)) if link.segment else link for link in self.links.values()
        ]
        segments = {link.segment for link in links if link.segment}
        return HostState(
            name=self.name,
            role=role_of(bool(self.ipvs), bool(self.listens), len(segments)),
            managed=False,
            links=(Link("lo", LinkKind.LOOPBACK, mtu=65536), *links),
            addresses=tuple(self.held),
            routes=tuple(self.routes),
            early=tuple(self.early),
            sysctls=tuple(self.sysctls),
            late=tuple(self.late),
            rules=tuple(self.rules),
            neighbours=tuple(self.neighbours),
            chains=tuple(self.chains),
            listens=tuple(self.listens),
            ipvs=tuple(self.ipvs),
        )


@dataclass
class World:
    """A cluster that can still be changed; `notes` say what was done to it."""

    dice: Dice
    family: int
    mode: str
    protocol: Protocol
    vip: Address
    port: int = 80
    one_arm: bool = False
    hosts: dict[str, Draft] = field(default_factory=dict)
    mtu: dict[str, int] = field(default_factory=dict)
    methods: dict[str, ForwardingMethod] = field(default_factory=dict)
    tunnel: TunnelType = TunnelType.IPIP
    asks: list[Ask] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def servers(self) -> list[Draft]:
        """Its real servers."""
        return [host for host in self.hosts.values() if host.name.startswith("rs")]

    def by(self, method: ForwardingMethod) -> list[Draft]:
        """The real servers that packets reach by this method."""
        return [host for host in self.servers if self.methods[host.name] is method]

    @property
    def bare(self) -> list[Draft]:
        """The real servers that get packets for the VIP itself."""
        return [host for host in self.servers if self.methods[host.name] is not ForwardingMethod.NAT]

    @property
    def directors(self) -> list[Draft]:
        """Its directors."""
        return [host for host in self.hosts.values() if host.name.startswith("dir")]

    @property
    def clients(self) -> list[Draft]:
        """Its clients."""
        return [host for host in self.hosts.values() if host.name.startswith("client")]

    def add(self, name: str) -> Draft:
        """A new host."""
        return self.hosts.setdefault(name, Draft(name, len(self.hosts) + 1))

    def at(self, network: str, number: int) -> Interface:
        """An address of its family."""
        return at(self.family, network, number)

    def note(self, text: str) -> None:
        """Remember what was done."""
        self.notes.append(text)

    def freeze(self, name: str) -> Case:
        """The case as it is now, its hosts in a random order of broadcasts."""
        hosts = {host.name: host.freeze(self.mtu) for host in self.hosts.values()}
        order = list(hosts)
        self.dice.shuffle(order)
        return Case(name, hosts, tuple(self.asks), tuple(order))
