"""What the rules about reverse-path filtering share: where packets come in by another device than the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lvsc.finding import Note
from lvsc.graph.routing import NextHop
from lvsc.rules.base import Site
from lvsc.rules.journey import legs
from lvsc.rules.way_home import Way, ways_home
from lvsc.state import HostState
from lvsc.topology import Host
from lvsc.words import Address, ForwardingMethod, HostRole

STRICT, LOOSE = 1, 2


class Crossing(NamedTuple):
    """A host on which a client's requests arrive on a device that is not the way back to the client."""

    host: Host
    device: str
    back: NextHop | None
    client: str
    note: Note


def filtering(state: HostState, device: str) -> int:
    """The greater of `all` and the device's own, which it has from `default` where nothing else is said of it."""
    held = dict(state.sysctls)
    own = held.get(f"net/ipv4/conf/{device}/rp_filter", held.get("net/ipv4/conf/default/rp_filter", 0))
    return max(held.get("net/ipv4/conf/all/rp_filter", 0), own)


def settings(device: str) -> Iterator[str]:
    """The settings that decide for a device, its own first."""
    return (f"net/ipv4/conf/{name}/rp_filter" for name in (device, "all", "default"))


def says_filtering(state: HostState, device: str) -> bool:
    """Whether anything is said of a device's filter."""
    held = dict(state.sysctls)
    return any(path in held for path in settings(device))


def filters(state: HostState) -> bool:
    """Whether a host has any such filter."""
    return any(path.endswith("/rp_filter") and value for path, value in state.sysctls)


def drops(value: int, device: str, back: NextHop | None) -> bool:
    """Whether a filter drops what comes in on a device from a source whose way back is this."""
    return value >= STRICT and (back is None or (value == STRICT and back.device != device))


def crossings(site: Site, all_hosts: bool) -> Iterator[Crossing]:
    """On real servers of direct routing, then on the way to the directors; `all_hosts`: also where nothing filters."""
    for way in ways_home(site, ForwardingMethod.DR):
        state = site.hosts[way.host.name]
        several = sum(link.segment is not None for link in state.links) > 1
        if several and (all_hosts or filters(state)):
            yield from _on_server(site, way, state)
    if all_hosts or any(filters(state) for state in site.hosts.values()):
        yield from _on_the_way(site)


def _on_server(site: Site, way: Way, state: HostState) -> Iterator[Crossing]:
    if way.target.version != 4 or way.hop is None or way.hop.device is None:
        return
    device = _entry(site, way, state)
    if device is not None and device != way.hop.device:
        note = Note(way.service.origin.at("mode"), f"service {way.service.name} sends requests to {device}")
        yield Crossing(way.host, device, way.hop, way.client.name, note)


def _entry(site: Site, way: Way, server: HostState) -> str | None:
    """The device on which requests arrive: that on the segment by which the director sends them."""
    for name in way.vip.directors:
        segments = {link.name: link.segment for link in site.hosts[name].links}
        for held in server.addresses:
            hop = site.cluster.next_hop(name, held.ip) if held.address.version == 4 else None
            if hop is None or hop.gateway is not None or hop.device is None or held.ip in way.vip.addresses:
                continue
            segment = segments.get(hop.device)
            found = next((link.name for link in server.links if segment is not None and link.segment == segment), None)
            if found is not None and found == held.device:
                return found
    return None


def _on_the_way(site: Site) -> Iterator[Crossing]:
    clients = [state for state in site.hosts.values() if state.role is HostRole.CLIENT]
    used = {service.vip for service in site.topology.services.values()}
    for vip in site.topology.vips.values():
        for address in vip.addresses if vip.name in used else ():
            for client in clients if address.version == 4 else ():
                source = next((held.ip for held in client.addresses if held.address.version == 4), None)
                for director in vip.directors if source is not None else ():
                    yield from _passing(site, client.name, source, address, director, Note(vip.origin.name, "the VIP"))


def _passing(
    site: Site, client: str, source: Address | None, target: Address, director: str, note: Note
) -> Iterator[Crossing]:
    for leg in legs(site, client, target, [director]):
        host = site.topology.routers.get(leg.receiver or "") or site.topology.directors.get(leg.receiver or "")
        if host is None or leg.device is None or source is None:
            continue
        back = site.cluster.next_hop(host.name, source)
        if back is None or back.device != leg.device:
            yield Crossing(host, leg.device, back, client, note)
