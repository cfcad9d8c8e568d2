"""A host at run time: what its state says, prepared for packets, and what it learns from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from typing import Any

from lvsc.state import Hook, HostState, Link, LinkKind, Scope
from lvsc.state.net import Held
from lvsc.walk.fib import Fib, in_order, loopback
from lvsc.walk.filters import Filters
from lvsc.walk.ipvs import Table
from lvsc.walk.packet import Packet
from lvsc.walk.settings import Settings
from lvsc.walk.track import Tracker
from lvsc.words import Address, Protocol, parse_address, parse_interface

_LOOPBACK_MTU = 65536
_REACH = {Scope.GLOBAL: 0, Scope.LINK: 1, Scope.HOST: 2}
TUNNELS = frozenset({LinkKind.IPIP, LinkKind.SIT, LinkKind.IP6TNL, LinkKind.GRE, LinkKind.IP6GRE})
# One second for the random delay and one to wait for an answer (RFC 4862, with the kernel's default of one probe).
DAD_SECONDS = 2.0


@dataclass(slots=True, eq=False)
class Neigh:
    """A neighbour: its MAC address once known, and the packets that wait for it."""

    mac: str | None
    updated: float
    permanent: bool = False
    waiting: list[tuple[Packet, int]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Learnt:
    """What a host learnt of one destination: another gateway, a smaller path MTU (fib_nh_exception)."""

    gateway: Address | None = None
    device: str | None = None
    mtu: int = 0


class Machine:
    """One host: devices, tables, settings; neighbours, exceptions and connections change as packets pass."""

    def __init__(self, state: HostState, number: int, failed: frozenset[Address] = frozenset()) -> None:
        self.state, self.name = state, state.name
        self.settings = Settings(state)
        self.links: dict[str, Link] = {link.name: link for link in state.links if link.kind is not LinkKind.FOU}
        self.links.setdefault("lo", Link("lo", LinkKind.LOOPBACK, mtu=_LOOPBACK_MTU))
        self.macs = _macs(self.links, number)
        self.down = frozenset(name for name, link in self.links.items() if not link.up)
        self.held = list(state.addresses)
        self.failed = failed
        self.neighbours: dict[tuple[str, Address], Neigh] = {}
        for known in state.neighbours:
            self.neighbours[known.device, known.address] = Neigh(known.mac, 0.0, permanent=True)
        self.exceptions: dict[Address, Learnt] = {}
        self.sockets: dict[tuple[object, ...], Any] = {}
        self.redirected: dict[Address, tuple[float, float]] = {}
        self.table = Table(state.ipvs)
        self.tracker = Tracker(self.settings.get("net/netfilter/nf_conntrack_tcp_loose", 1) != 0)
        self.filters = Filters(state)
        self.tracks = self.filters.tracks or self.conntrack
        self.hooks: dict[Hook, list[tuple[int, Any]]] = {}
        self.rebuild()

    def rebuild(self) -> None:
        """Prepare the routing tables, again after an address came or went."""
        everything = [*loopback(4), *loopback(6), *self._link_local(), *self.held]
        held4 = [held for held in everything if held.address.version == 4]
        held6 = [held for held in everything if held.address.version == 6 and held.ip not in self.failed]
        self.fibs = {4: Fib(self.state, 4, held4, self.down), 6: Fib(self.state, 6, held6, self.down)}
        self.primary: dict[str, list[tuple[Held, bool]]] = {}
        for held, primary in in_order(held4):
            self.primary.setdefault(held.device, []).append((held, primary))
        self.held6 = held6

    def _link_local(self) -> Iterator[Held]:
        for name, link in self.links.items():
            if link.up and link.kind is not LinkKind.LOOPBACK and link.kind not in TUNNELS and link.master is None:
                interface = parse_interface(f"{link_local(self.macs[name])}/64")
                assert interface is not None
                yield Held(name, interface)

    @property
    def conntrack(self) -> bool:
        """net.ipv4.vs.conntrack."""
        return bool(self.settings.get("net/ipv4/vs/conntrack"))

    def forwards(self, version: int, device: str) -> bool:
        """Whether packets that arrive by a device are forwarded; IPv6 asks `all` alone (ip6_output.c: ip6_forward)."""
        return self.settings.forwards(device) if version == 4 else bool(self.settings.own6("forwarding", "all"))

    def is_local(self, address: Address) -> bool:
        """Whether an address is the host's own."""
        return self.fibs[address.version].is_local(address)

    def has_address(self, address: Address) -> bool:
        """Whether an address is configured on some device (inet_lookup_ifaddr_rcu)."""
        return any(held.ip == address for held in self.held) or address.is_loopback

    def device_has(self, device: str, address: Address) -> bool:
        """Whether an address is configured on this device."""
        if address.version == 6:
            return any(held.device == device and held.ip == address for held in self.held6)
        return any(held.ip == address for held, _ in self.primary.get(device, ()))

    def on_link(self, device: str, one: Address, other: Address | None) -> bool:
        """inet_addr_onlink(): both in one subnet of a device."""
        return any(
            one in held.address.network and (other is None or other in held.address.network)
            for held, _ in self.primary.get(device, ())
        )

    def select(self, device: str, to: Address | None, scope: Scope = Scope.LINK) -> Address | None:
        """inet_select_addr(): a primary address that is known that far, in the subnet of `to` where there is one."""
        found: Address | None = None
        for held, primary in self.primary.get(device, ()):
            if not primary or _REACH[held.scope] > _REACH[scope]:
                continue
            if to is None or to in held.address.network:
                return held.ip
            found = found or held.ip
        if found is None:
            others = (name for name in ("lo", *self.links) if name != device)
            for name in dict.fromkeys(others):
                for held, primary in self.primary.get(name, ()):
                    if primary and held.scope is Scope.GLOBAL and not held.ip.is_loopback:
                        return held.ip
        return found

    def select6(self, to: Address, device: str | None, now: float, dst_device: str | None = None) -> Address | None:
        """ipv6_dev_get_saddr(): RFC 6724 as the kernel has it; of equals the one added last."""
        assert isinstance(to, IPv6Address)
        best: tuple[tuple[bool, ...] | tuple[int, ...], Address] | None = None
        for held in reversed(self.held6):
            if not self.usable6(held, now) or (device is not None and held.device != device):
                continue
            if held.ip.is_loopback and not to.is_loopback:
                continue
            score = _score6(held, to, dst_device)
            if best is None or score > best[0]:
                best = (score, held.ip)
        return best[1] if best is not None else None

    def usable6(self, held: Held, now: float) -> bool:
        """Whether an IPv6 address may be used now: its device is up, and no duplicate was or may be found."""
        return held.device not in self.down and not (held.dad and now < DAD_SECONDS)

    def link_local_of(self, device: str) -> Address | None:
        """The link-local address of a device."""
        return next((h.ip for h in self.held6 if h.device == device and h.ip.is_link_local), None)

    def mtu(self, device: str) -> int:
        """The largest packet of a device."""
        link = self.links.get(device)
        return link.mtu if link is not None else 1500

    def hears(self, link: Link) -> bool:
        """Whether the device is plugged in and up."""
        return link.segment is not None and link.up

    def top(self, device: str) -> str:
        """The device that packets of a plugged one come up on: the bridge, if it is a port of one."""
        link = self.links[device]
        return link.master if link.master is not None else device

    def below(self, device: str) -> tuple[list[str], int | None]:
        """The plugged devices that packets of a device leave by, and their VLAN number."""
        link = self.links[device]
        if link.kind is LinkKind.VLAN and link.parent is not None:
            return self.below(link.parent)[0], link.vlan
        if link.kind is LinkKind.MACVLAN and link.parent is not None:
            return self.below(link.parent)
        if link.kind is LinkKind.BRIDGE:
            return [each.name for each in self.links.values() if each.master == device and each.up], None
        return [device], None

    def listens(self, protocol: str, address: Address, port: int) -> bool:
        """Whether an application has a socket for it."""
        return any(
            each.protocol is Protocol(protocol)
            and each.port == port
            and (each.address is None or each.address == address)
            and (each.family is None or each.family.value == address.version)
            for each in self.state.listens
        )

    def bound(self, address: Address, port: int) -> bool:
        """Whether a UDP application is bound to just this address, so that its answers come from it."""
        return any(
            each.protocol is Protocol.UDP and each.port == port and each.address == address
            for each in self.state.listens
        )


def _score6(held: Held, to: IPv6Address, dst_device: str | None) -> tuple[int, ...]:
    """Rules 1, 2, 3, 5 and 8 of RFC 6724, in that order."""
    same = int(held.ip == to)
    scope = int(held.ip.is_link_local == to.is_link_local)
    fresh = int(not held.quiet)
    leaves = int(held.device == dst_device)
    common = 128 - (int(held.ip) ^ int(to)).bit_length()
    return (same, scope, fresh, leaves, min(common, held.address.network.prefixlen))


def _macs(links: dict[str, Link], number: int) -> dict[str, str]:
    """The MAC address of each device: the stated one, that of the device below, or one of its own."""
    macs: dict[str, str] = {}
    for index, link in enumerate(links.values()):
        own = f"02:00:00:{number >> 8:02x}:{number & 255:02x}:{index:02x}"
        macs[link.name] = (link.mac or own).lower()
    for link in links.values():
        if link.mac is None and link.kind is LinkKind.VLAN and link.parent in macs:
            macs[link.name] = macs[link.parent]
        ports = [port.name for port in links.values() if port.master == link.name]
        if link.mac is None and ports:
            macs[link.name] = min(macs[port] for port in ports)
    return macs


def link_local(mac: str) -> Address:
    """The link-local address that a MAC address gives (RFC 4291, appendix A)."""
    parts = [int(part, 16) for part in mac.split(":")]
    parts[0] ^= 2
    high, low = parts[:3], parts[3:]
    text = "fe80::%02x%02x:%02xff:fe%02x:%02x%02x" % (*high, *low)
    found = parse_address(text)
    assert found is not None
    return found
