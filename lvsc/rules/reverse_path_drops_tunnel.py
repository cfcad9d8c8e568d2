"""A real server's reverse-path filter drops what its tunnel delivers.

Why it hurts
    A packet that comes out of the tunnel has the client as its source, and
    the way back to the client is another device. Strict reverse-path
    filtering (1) drops it without a word. The greater of `all` and the
    device counts, so `all: 1` defeats a 0 on the device; 2 (loose) passes,
    but only on a device that holds an address itself. A device for which
    nothing is said starts with the value of `default`.
Wrong
    sysctls: {net.ipv4.conf.all.rp_filter: 1, net.ipv4.conf.tunl0.rp_filter: 0}
Right
    sysctls: {net.ipv4.conf.all.rp_filter: 1, net.ipv4.conf.tunl0.rp_filter: 2}
Source
    net/ipv4/fib_frontend.c fib_validate_source(); RFC 3704
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.rules.reverse_path import LOOSE, STRICT, filtering, settings
from lvsc.state import HostState, Link, LinkKind
from lvsc.words import Family, ForwardingMethod

RULE = Rule("reverse-path-drops-tunnel", Severity.ERROR)
_OVER_V4, _OVER_V6 = (LinkKind.IPIP, LinkKind.GRE), (LinkKind.IP6TNL, LinkKind.IP6GRE)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    seen: set[tuple[str, str]] = set()
    for service, member, host in site.pairs(ForwardingMethod.TUN):
        vip = site.topology.vips[service.vip]
        if (member.server, service.vip) in seen or not any(address.version == 4 for address in vip.addresses):
            continue
        seen.add((member.server, service.vip))
        state = site.hosts[member.server]
        for link in state.links:
            if not opens_v4(state, link):
                continue
            value = filtering(state, link.name)
            bare = not any(state.held_on(link.name, Family.V4))
            if value == STRICT or (value > STRICT and bare):
                at = sysctl_span(host, *settings(link.name))
                why = "strict" if value == STRICT else "loose, on a device without an address"
                message = f"real server {host.name} drops what comes out of {link.name}: rp_filter is {value} ({why})"
                note = Note(service.origin.at("mode"), f"service {service.name} sends requests through it")
                path = f"net/ipv4/conf/{link.name}/rp_filter"
                fix = None if bare else set_sysctl(host, path, LOOSE, safe=False)
                yield at, RULE.at(at, message, _remedy(link.name, bare), [note], fix=fix)


def opens_v4(state: HostState, link: Link) -> bool:
    """Whether IPv4 comes out of a device: where lvsc made it, it then holds the VIP; over IPv6 only in need."""
    if state.managed:
        return link.kind in _OVER_V4 + _OVER_V6 and any(state.held_on(link.name, Family.V4))
    return link.kind in _OVER_V4 or (link.kind in _OVER_V6 and not _has_v4(state))


def _has_v4(state: HostState) -> bool:
    return any(link.segment is not None and any(state.held_on(link.name, Family.V4)) for link in state.links)


def _remedy(device: str, bare: bool) -> str:
    address = f"put the VIP on {device} and " if bare else ""
    return f"{address}set net.ipv4.conf.{device}.rp_filter: {LOOSE}"
