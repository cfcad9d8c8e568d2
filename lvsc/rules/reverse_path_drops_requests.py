"""A real server's reverse-path filter drops requests, because it answers by another device.

Why it hurts
    Requests come in on the device that the real server shares with the
    director; their source is the client. Where the route to the client
    leaves by another device, strict reverse-path filtering (1) takes them
    for forgeries and drops them without a word. The greater of `all` and
    the device counts; 2 (loose) passes what can be reached by any device.
Wrong
    eth1 shared with the director, gateway on eth0,
    sysctls: {net.ipv4.conf.all.rp_filter: 1}
Right
    sysctls: {net.ipv4.conf.all.rp_filter: 1, net.ipv4.conf.eth1.rp_filter: 2}
Source
    net/ipv4/fib_frontend.c fib_validate_source(); RFC 3704
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.way_home import Way, ways_home
from lvsc.state import HostState
from lvsc.words import ForwardingMethod

RULE = Rule("reverse-path-drops-requests", Severity.ERROR)
_STRICT = 1


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for way in ways_home(site, ForwardingMethod.DR):
        if way.target.version != 4 or way.hop is None or way.hop.device is None:
            continue
        state = site.hosts[way.host.name]
        if not any(path.endswith("/rp_filter") and value for path, value in state.sysctls):
            continue
        device = _entry(site, way, state)
        if device is None or device == way.hop.device or _value(state, device) != _STRICT:
            continue
        at = sysctl_span(way.host, *(f"net/ipv4/conf/{name}/rp_filter" for name in (device, "all", "default")))
        said = f"real server {way.host.name} drops requests of {way.client.name} on {device}"
        message = f"{said}: rp_filter is {_STRICT} (strict), and its answers leave by {way.hop.device}"
        note = Note(way.service.origin.at("mode"), f"service {way.service.name} sends requests to {device}")
        yield at, RULE.at(at, message, f"set net.ipv4.conf.{device}.rp_filter: 2 on {way.host.name}", [note])


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


def _value(state: HostState, device: str) -> int:
    """The greater of `all` and the device's own, which it has from `default` where nothing else is said of it."""
    own = state.sysctl(f"net/ipv4/conf/{device}/rp_filter")
    inherited = state.sysctl("net/ipv4/conf/default/rp_filter")
    return max(state.sysctl("net/ipv4/conf/all/rp_filter") or 0, (inherited or 0) if own is None else own)
