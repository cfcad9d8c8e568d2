"""A router's reverse-path filter drops replies, because the VIP is somewhere else for it.

Why it hurts
    With direct routing and tunnels a real server answers with the VIP as the
    source. A router that filters by reverse path (uRPF, BCP 38) takes that
    for a forgery, where its own route to the VIP leaves by another device
    than that on which the reply came: the client never hears an answer.
    Strict (1) wants the same device; loose (2) any route at all. The greater
    of `all` and the device counts.
Wrong
    mode: tun, real servers behind eth1 of router core, the VIP behind eth0,
    core: {sysctls: {net.ipv4.conf.all.rp_filter: 1}}
Right
    core: {sysctls: {net.ipv4.conf.all.rp_filter: 1, net.ipv4.conf.eth1.rp_filter: 2}}
Source
    net/ipv4/fib_frontend.c fib_validate_source(); RFC 3704 section 2
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.graph.routing import NextHop
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.journey import Leg, legs
from lvsc.rules.reverse_path import LOOSE, drops, filtering, filters, settings
from lvsc.rules.way_home import Way, ways_home
from lvsc.words import Address, ForwardingMethod

RULE = Rule("reverse-path-drops-replies", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a filter is set."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    filtered = {name for name in site.topology.routers if filters(site.hosts[name])}
    for way in ways_home(site, ForwardingMethod.DR, ForwardingMethod.TUN) if filtered else ():
        vip = next((each for each in way.vip.addresses if each.version == 4), None)
        if way.target.version != 4 or vip is None:
            continue
        # A reply that meets a director is a finding of dr-gateway-is-director.
        for leg in legs(site, way.host.name, way.target, way.vip.directors):
            if leg.receiver not in filtered or leg.device is None:
                continue
            back = site.cluster.next_hop(leg.receiver, vip)
            value = filtering(site.hosts[leg.receiver], leg.device)
            if drops(value, leg.device, back):
                yield _finding(site, way, leg, vip, value, back)


def _finding(site: Site, way: Way, leg: Leg, vip: Address, value: int, back: NextHop | None) -> tuple[object, Finding]:
    router = site.topology.routers[leg.receiver or ""]
    at = sysctl_span(router, *settings(leg.device or ""))
    why = f"(strict), and its way to the VIP is {back.device}" if back else "and it has no route to the VIP"
    said = f"router {router.name} drops replies of real server {way.host.name} from VIP {vip} on {leg.device}"
    remedy = f"set net.ipv4.conf.{leg.device}.rp_filter: {LOOSE} on {router.name}"
    if back is None:
        remedy = f"give {router.name} a route to {vip}"
    note = Note(way.service.origin.at("mode"), f"service {way.service.name} answers past the director")
    return at, RULE.at(at, f"{said}: rp_filter is {value} {why}", remedy, [note])
