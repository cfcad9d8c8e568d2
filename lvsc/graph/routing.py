"""Where a host sends a packet: connected networks and its main table, longest prefix first."""

from __future__ import annotations

from typing import NamedTuple

from lvsc.state import HostState
from lvsc.words import Address


class NextHop(NamedTuple):
    """The device a packet leaves by and the gateway it goes to; no gateway: the destination is on the link."""

    device: str | None
    gateway: Address | None


def next_hop(host: HostState, destination: Address) -> NextHop | None:
    """The next hop for a destination, or None without a route (net/ipv4/fib_trie.c: longest prefix wins)."""
    best: tuple[int, NextHop] | None = None
    for held in host.addresses:
        network = held.address.network
        if network.version == destination.version and destination in network and _longer(network.prefixlen, best):
            best = (network.prefixlen, NextHop(held.device, None))
    for route in host.routes:
        if route.to.version == destination.version and destination in route.to and _longer(route.to.prefixlen, best):
            best = (route.to.prefixlen, NextHop(route.device or _device(host, route.via), route.via))
    return best[1] if best else None


def _longer(prefix: int, best: tuple[int, NextHop] | None) -> bool:
    return best is None or prefix > best[0]


def _device(host: HostState, gateway: Address | None) -> str | None:
    if gateway is None:
        return None
    for held in host.addresses:
        if held.address.version == gateway.version and gateway in held.address.network:
            return held.device
    return None
