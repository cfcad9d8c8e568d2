"""What the rules about replies share: the way that a real server's packets take to a client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lvsc.graph.routing import NextHop
from lvsc.rules.base import Site
from lvsc.state import HostState
from lvsc.topology import Host, Service, Vip
from lvsc.words import Address, ForwardingMethod, HostRole

_MOST_HOPS = 64


class Way(NamedTuple):
    """A real server that answers a client: the first hop of its reply, None without a route."""

    service: Service
    vip: Vip
    host: Host
    client: HostState
    target: Address
    hop: NextHop | None


class Step(NamedTuple):
    """A host on the way, the gateway that it sends to, and the hosts that hold the gateway with their devices."""

    sender: str
    gateway: Address
    holders: tuple[tuple[str, str], ...]


def ways_home(site: Site, *modes: ForwardingMethod) -> Iterator[Way]:
    """One for each real server, client and family, however many services they share."""
    clients = [state for state in site.hosts.values() if state.role is HostRole.CLIENT]
    seen: dict[object, set[str]] = {}
    asked: Service | None = None
    for service, _, host in site.pairs(*modes):
        if service is not asked:
            asked, vip = service, site.topology.vips[service.vip]
            versions = tuple(dict.fromkeys(address.version for address in vip.addresses))
            alike = seen.setdefault((service.mode, vip.directors, vip.failover, vip.network, versions), set())
        if host.name in alike:
            continue
        alike.add(host.name)
        for version in versions:
            if service.mode is not ForwardingMethod.TUN and not _has(host, version):
                continue
            for client in clients:
                target = next((held.ip for held in client.addresses if held.address.version == version), None)
                if target is not None:
                    hop = site.cluster.next_hop(host.name, target)
                    yield Way(service, vip, host, client, target, hop)


def steps(site: Site, way: Way) -> Iterator[Step]:
    """The gateways that a reply passes, the first first."""
    sender, hop = way.host.name, way.hop
    for _ in range(_MOST_HOPS):
        if hop is None or hop.gateway is None:
            return
        holders = site.cluster.owners.get(hop.gateway, ())
        yield Step(sender, hop.gateway, holders)
        if not holders:
            return
        sender = holders[0][0]
        hop = site.cluster.next_hop(sender, way.target)


def declared(site: Site, name: str) -> Host | None:
    """The router, director or real server of this name; none is behind an implied router."""
    topology = site.topology
    return topology.real_servers.get(name) or topology.directors.get(name) or topology.routers.get(name)


def _has(host: Host, version: int) -> bool:
    return any(address.version == version for port in host.ports for address in port.addresses)
