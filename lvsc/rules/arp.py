"""What the ARP rules share: which real servers could be heard, and on which device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from lvsc.rules.base import Site
from lvsc.state import HostState, Link
from lvsc.topology import Host, Service
from lvsc.words import Address, ForwardingMethod


class Exposed(NamedTuple):
    """A real server that holds a VIP and has a device on the VIP's segment; `on_link`: it holds it on that device."""

    service: Service
    host: Host
    state: HostState
    link: Link
    address: Address
    on_link: bool


def exposed(site: Site) -> Sequence[Exposed]:
    """All of them, once for each VIP address."""
    return site.kept("exposed", lambda: _exposed(site))


def _exposed(site: Site) -> Iterator[Exposed]:
    holders: dict[str, Mapping[Address, Set[str]]] = {}
    seen: set[tuple[str, str]] = set()
    for service, _, host in site.pairs(ForwardingMethod.DR, ForwardingMethod.TUN):
        state = site.hosts[host.name]
        if (host.name, service.vip) in seen or "sysctl" in state.unknown:
            continue
        seen.add((host.name, service.vip))
        if host.name not in holders:
            holders[host.name] = _devices(state)
        vip = site.topology.vips[service.vip]
        for link in state.links_on(vip.network):
            for address in vip.addresses:
                devices = holders[host.name].get(address)
                if devices is not None:
                    yield Exposed(service, host, state, link, address, link.name in devices)


def _devices(state: HostState) -> Mapping[Address, Set[str]]:
    """The devices of each address that a host holds."""
    found: defaultdict[Address, set[str]] = defaultdict(set)
    for held in state.addresses:
        found[held.ip].add(held.device)
    return found


def in_time(state: HostState, name: str, device: str) -> int:
    """The value that counts if `default` was set before the device had an address (devinet.c: devinet_conf_proc)."""
    own = state.sysctl(f"net/ipv4/conf/{device}/{name}")
    inherited = state.sysctl(f"net/ipv4/conf/default/{name}") if own is None else own
    return max(state.sysctl(f"net/ipv4/conf/all/{name}") or 0, inherited or 0)
