"""A real server's reverse-path filter drops what its tunnel delivers.

Why it hurts
    A packet that comes out of the tunnel has the client as its source, and
    the way back to the client is another device. Strict reverse-path
    filtering (1) drops it without a word. The greater of `all` and the
    device counts, so `all: 1` defeats a 0 on the device; 2 (loose) passes,
    but only on a device that holds an address itself.
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
from lvsc.state import LinkKind
from lvsc.words import Family, ForwardingMethod

RULE = Rule("reverse-path-drops-tunnel", Severity.ERROR)
_STRICT, _LOOSE = 1, 2
_INNER_V4 = (LinkKind.IPIP, LinkKind.IP6TNL, LinkKind.GRE, LinkKind.IP6GRE)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    seen: set[tuple[str, str]] = set()
    for service, member, host in site.topology.pairs(ForwardingMethod.TUN):
        vip = site.topology.vips[service.vip]
        if (member.server, service.vip) in seen or not any(address.version == 4 for address in vip.addresses):
            continue
        seen.add((member.server, service.vip))
        state = site.hosts[member.server]
        for link in state.links:
            if link.kind not in _INNER_V4:
                continue
            value = state.effective("rp_filter", link.name)
            bare = not any(state.held_on(link.name, Family.V4))
            if value == _STRICT or (value == _LOOSE and bare):
                at = sysctl_span(host, f"net/ipv4/conf/{link.name}/rp_filter", "net/ipv4/conf/all/rp_filter")
                why = "strict" if value == _STRICT else "loose, on a device without an address"
                message = f"real server {host.name} drops what comes out of {link.name}: rp_filter is {value} ({why})"
                note = Note(service.origin.at("mode"), f"service {service.name} sends requests through it")
                yield at, RULE.at(at, message, _remedy(link.name, bare), [note])


def _remedy(device: str, bare: bool) -> str:
    address = f"put the VIP on {device} and " if bare else ""
    return f"{address}set net.ipv4.conf.{device}.rp_filter: {_LOOSE}"
