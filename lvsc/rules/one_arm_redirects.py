"""A director with one arm tells real servers a way around itself.

Why it hurts
    Replies of a NAT service leave the director by the device on which they
    came, so with send_redirects it tells the real server of the shorter way.
    A real server that believes it answers past the director from then on:
    short tests pass, and connections that last longer end all of them.
    `all` or the device is enough to send redirects.
Wrong
    sysctls: {net.ipv4.conf.all.send_redirects: 1}
Right
    leave it to lvsc, which sets 0 on `all` and on every interface for nat
Source
    net/ipv4/route.c ip_rt_send_redirect(); include/linux/inetdevice.h IN_DEV_TX_REDIRECTS
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.rules.way_home import Way, ways_home
from lvsc.state import HostState
from lvsc.topology import Host
from lvsc.words import ForwardingMethod, sysctl_name

RULE = Rule("one-arm-redirects", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where redirects are switched on."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    talking = {
        name: host
        for name, host in site.topology.directors.items()
        if any(path.endswith("/send_redirects") and value for path, value in host.sysctls.items())
    }
    for way in ways_home(site, ForwardingMethod.NAT) if talking else ():
        for name in way.vip.directors:
            if name in talking and way.target.version == 4:
                yield from _redirects(site, way, talking[name])


def _redirects(site: Site, way: Way, director: Host) -> Iterator[tuple[object, Finding]]:
    server = next((address.ip for port in way.host.ports for address in port.addresses if address.version == 4), None)
    if server is None or _deaf(site.hosts[way.host.name], way):
        return
    inside = site.cluster.next_hop(director.name, server)
    outside = site.cluster.next_hop(director.name, way.target)
    if inside is None or outside is None or inside.device != outside.device or inside.gateway is not None:
        return
    keys = [f"net/ipv4/conf/{device}/send_redirects" for device in (inside.device, "all")]
    on = next((key for key in keys if site.hosts[director.name].sysctl(key)), None)
    if on is not None:
        at = sysctl_span(director, on)
        said = f"director {director.name} sends redirects on {inside.device}"
        message = f"{said}: real server {way.host.name} learns to answer {way.client.name} past it"
        note = Note(way.service.origin.at("mode"), "nat needs replies to pass the director")
        yield at, RULE.at(at, message, f"set {sysctl_name(on)}: 0", [note], fix=set_sysctl(director, on, 0))


def _deaf(server: HostState, way: Way) -> bool:
    """Whether a real server takes no redirects: a host that does not forward takes them if `all` or the device does."""
    device = way.hop.device if way.hop is not None else None
    keys = (f"net/ipv4/conf/{name}/accept_redirects" for name in ("all", device))
    return all(server.sysctl(key) == 0 for key in keys)
