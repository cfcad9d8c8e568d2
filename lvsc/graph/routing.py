"""Where a host sends a packet: connected networks and its main table, longest prefix first."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from lvsc.state import HostState
from lvsc.words import Address, Network


class NextHop(NamedTuple):
    """The device a packet leaves by and the gateway it goes to; no gateway: the destination is on the link."""

    device: str | None
    gateway: Address | None


class RoutingTable:
    """The next hops of one host, by IP version and prefix length, the longest first (net/ipv4/fib_trie.c)."""

    def __init__(self, host: HostState) -> None:
        found: defaultdict[tuple[int, int], dict[int, NextHop]] = defaultdict(dict)
        for held in host.addresses:
            _add(found, held.address.network, NextHop(held.device, None))
        for route in host.routes:
            if route.via is None:
                _add(found, route.to, NextHop(route.device, None))
        self._levels = _sorted(found)
        for route in host.routes:
            device = route.device or (self._device(route.via) if route.via is not None else None)
            _add(found, route.to, NextHop(device, route.via))
        self._levels = _sorted(found)

    def next_hop(self, destination: Address) -> NextHop | None:
        """The next hop for a destination, or None without a route."""
        number = int(destination)
        for shift, hops in self._levels[destination.version]:
            hop = hops.get(number >> shift)
            if hop is not None:
                return hop
        return None

    def _device(self, gateway: Address) -> str | None:
        hop = self.next_hop(gateway)
        return hop.device if hop is not None else None


Found = dict[tuple[int, int], dict[int, NextHop]]


def _add(found: defaultdict[tuple[int, int], dict[int, NextHop]], network: Network, hop: NextHop) -> None:
    shift = network.max_prefixlen - network.prefixlen
    found[network.version, shift].setdefault(int(network.network_address) >> shift, hop)


def _sorted(found: Found) -> dict[int, list[tuple[int, dict[int, NextHop]]]]:
    return {
        version: sorted(
            ((key[1], hops) for key, hops in found.items() if key[0] == version), key=lambda level: level[0]
        )
        for version in (4, 6)
    }
