"""Where a host sends packets: its routing tables, policy rules, local addresses, and the source it takes.

net/ipv4/fib_frontend.c, fib_rules.c, fib_semantics.c; net/ipv6/route.c, addrconf.c.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import NamedTuple

from lvsc.state import MAIN_TABLE, Held, HostState, LinkKind, PolicyRule, Route, RouteKind
from lvsc.walk.trace import Fact, FactKind
from lvsc.words import Address, Family, Network, host_network, parse_interface

_USER, _CONNECTED = 1024, 256
LOCAL_TABLE, DEFAULT_TABLE = 255, 253
_LOOPBACK = {4: ("127.0.0.1/8",), 6: ("::1/128",)}


class Way(NamedTuple):
    """What a lookup found; `on_link`: without a gateway; `source` the route's preferred one; `text` how it reads."""

    kind: RouteKind
    device: str
    gateway: Address | None
    source: Address | None
    text: str
    mtu: int = 0
    advmss: int = 0
    broadcast: bool = False

    @property
    def on_link(self) -> bool:
        """Whether the destination itself is the next hop."""
        return self.gateway is None

    @property
    def fact(self) -> Fact:
        """The route as a fact of the host."""
        return Fact(FactKind.ROUTE, self.text)


Level = dict[int, list[tuple[int, Way]]]


class Fib:
    """The tables of one host and family."""

    def __init__(self, state: HostState, version: int, addresses: Iterable[Held], down: frozenset[str]) -> None:
        self.version = version
        self.bits = 32 if version == 4 else 128
        self._tables: dict[int, dict[int, Level]] = {}
        self._rules = _rules(state, version)
        self.custom_rules = any(rule.family.value == version for rule in state.rules)
        self.custom_local = any(r.kind is RouteKind.LOCAL and r.to.version == version for r in state.routes)
        self.refused: list[Route] = []
        for held, primary in in_order(addresses):
            self._connect(held, primary, held.device in down, _loops(state, held.device))
        for route in state.routes:
            if route.to.version == version:
                self._add_route(route, down)

    def _put(self, table: int, network: Network, way: Way, metric: int = 0, replaces: bool = False) -> None:
        """A route, after those of its metric, or in place of the first of them, as by `ip route replace`."""
        level = self._tables.setdefault(table, {}).setdefault(network.prefixlen, {})
        entries = level.setdefault(int(network.network_address) >> (self.bits - network.prefixlen), [])
        same = next((index for index, entry in enumerate(entries) if entry[0] == metric), None)
        if replaces and same is not None:
            entries[same] = (metric, way)
            return
        entries.append((metric, way))
        entries.sort(key=lambda item: item[0])

    def _connect(self, held: Held, primary: bool, down: bool, loops: bool) -> None:
        """The routes an address brings; of IPv4 its own also on a device that is down."""
        network, text = held.address.network, f"{held.ip} on {held.device}"
        if self.version == 4 or not down:
            own = Way(RouteKind.LOCAL, held.device, None, held.ip, text)
            self._put(LOCAL_TABLE, host_network(held.ip), own)
        if down or network.prefixlen == self.bits or not primary:
            return
        kind = RouteKind.LOCAL if loops and self.version == 4 else RouteKind.UNICAST
        table = LOCAL_TABLE if kind is RouteKind.LOCAL else MAIN_TABLE
        source = held.ip if self.version == 4 else None
        metric = 0 if self.version == 4 else _CONNECTED
        self._put(table, network, Way(kind, held.device, None, source, f"{network} dev {held.device}"), metric)
        if isinstance(network, IPv4Network) and network.prefixlen < 31 and not loops:
            way = Way(RouteKind.LOCAL, held.device, None, held.ip, f"broadcast {network}", broadcast=True)
            self._put(LOCAL_TABLE, host_network(network.broadcast_address), way)

    def _add_route(self, route: Route, down: frozenset[str]) -> None:
        """What `ip route add` would accept: a gateway must be on a link."""
        device, gateway = route.device, route.via
        if route.kind is RouteKind.LOCAL:
            way = Way(route.kind, device or "lo", None, route.source, text_of(route))
            self._put(route.place, route.to, way, self._metric(route.metric), replaces=True)
            return
        if gateway is not None and not route.onlink:
            near = self.lookup(gateway, oif=device)
            link_local = gateway.version == 6 and gateway.is_link_local and device is not None
            if not link_local and (near is None or near.kind is not RouteKind.UNICAST or not near.on_link):
                self.refused.append(route)
                return
            device = device or (near.device if near is not None else None)
        if (device is None and route.kind is RouteKind.UNICAST) or device in down:
            self.refused.append(route)
            return
        way = Way(route.kind, device or "lo", gateway, route.source, text_of(route), route.mtu, route.advmss)
        self._put(route.table, route.to, way, self._metric(route.metric), replaces=True)

    def _metric(self, stated: int) -> int:
        """IPv6 gives a route without a metric 1024 (IP6_RT_PRIO_USER)."""
        return stated or (_USER if self.version == 6 else 0)

    def lookup(
        self, to: Address, source: Address | None = None, mark: int = 0, device: str = "lo", oif: str | None = None
    ) -> Way | None:
        """The route for a destination; `device` is where the packet came in by, `oif` the only one it may leave by."""
        for rule in self._rules:
            if _applies(rule, to, source, mark, device):
                if rule.kind is not RouteKind.UNICAST:
                    return Way(rule.kind, "lo", None, None, f"rule {rule.priority}: {rule.kind.value}")
                found = self._in_table(rule.table, to, oif)
                if found is not None:
                    return found
        return None

    def _in_table(self, table: int, to: Address, oif: str | None) -> Way | None:
        levels = self._tables.get(table)
        if levels is None:
            return None
        number = int(to)
        for length in sorted(levels, reverse=True):
            for _, way in levels[length].get(number >> (self.bits - length), ()):
                if oif is None or way.device == oif:
                    return way
        return None

    def is_local(self, address: Address) -> bool:
        """Whether the local table says that an address is the host's own (inet_addr_type: RTN_LOCAL)."""
        way = self._in_table(LOCAL_TABLE, address, None)
        return way is not None and way.kind is RouteKind.LOCAL and not way.broadcast


def text_of(route: Route) -> str:
    """A route as `ip route` prints it."""
    to = "default" if route.to.prefixlen == 0 else str(route.to)
    kind = f"{route.kind.value} " if route.kind is not RouteKind.UNICAST else ""
    via = f" via {route.via}" if route.via is not None else ""
    device = f" dev {route.device}" if route.device else ""
    table = f" table {route.table}" if route.table != MAIN_TABLE else ""
    return f"{kind}{to}{via}{device}{table}"


def _loops(state: HostState, device: str) -> bool:
    return any(link.name == device and link.kind is LinkKind.LOOPBACK for link in state.links) or device == "lo"


def in_order(addresses: Iterable[Held]) -> Iterator[tuple[Held, bool]]:
    """Addresses with whether they are primary: a second one in the same subnet of a device is not (inet_insert_ifa)."""
    seen: set[tuple[str, Network]] = set()
    for held in addresses:
        key = (held.device, held.address.network)
        primary = held.address.version == 6 or key not in seen
        seen.add(key)
        yield held, primary


def loopback(version: int) -> list[Held]:
    """What lo has by itself."""
    found = [parse_interface(text) for text in _LOOPBACK[version]]
    return [Held("lo", each) for each in found if each is not None]


def _rules(state: HostState, version: int) -> list[PolicyRule]:
    family = Family.V4 if version == 4 else Family.V6
    own = [rule for rule in state.rules if rule.family is family]
    fixed = [PolicyRule(0, family, LOCAL_TABLE), PolicyRule(32766, family), PolicyRule(32767, family, DEFAULT_TABLE)]
    return sorted([*own, *fixed], key=lambda rule: rule.priority)


def _applies(rule: PolicyRule, to: Address, source: Address | None, mark: int, device: str) -> bool:
    if rule.source is not None and rule.source.prefixlen and (source is None or source not in rule.source):
        return False
    if rule.to is not None and to not in rule.to:
        return False
    if rule.mark is not None and (mark & rule.mask) != rule.mark:
        return False
    return rule.device is None or rule.device == device
