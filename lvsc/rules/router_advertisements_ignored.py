"""A host that forwards IPv6 no longer takes its default route from router advertisements.

Why it hurts
    accept_ra 1, the default, means: unless the host forwards. With NAT for
    IPv6 lvsc switches forwarding on; a default route that was learned from
    advertisements runs out soon after and does not come back. Replies to
    clients then have no way. accept_ra 2 takes advertisements all the same;
    a gateway that is configured by hand or by systemd-networkd is not lost.
Wrong
    sysctls: {net.ipv6.conf.all.forwarding: 1, net.ipv6.conf.eth0.accept_ra: 1}
Right
    sysctls: {net.ipv6.conf.all.forwarding: 1, net.ipv6.conf.eth0.accept_ra: 2}
Source
    Documentation/networking/ip-sysctl.rst, accept_ra; include/net/ipv6.h ipv6_accept_ra()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, gateway_span, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.state import HostState
from lvsc.topology import Host
from lvsc.words import Address

RULE = Rule("router-advertisements-ignored", Severity.WARNING)
_PERHAPS = Rule(RULE.name, Severity.INFO)
_UNLESS_FORWARDING, _ALWAYS = 1, 2


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting; for each gateway that may have been learned."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for host in site.topology.hosts():
        state = site.hosts[host.name]
        for port in host.ports:
            if not _forwards(state, port.name):
                continue
            key = f"net/ipv6/conf/{port.name}/accept_ra"
            stated = state.sysctl(key)
            gateway = _learned(site, host, port.name)
            who = f"{host.role.value} {host.name}"
            remedy = f"set net.ipv6.conf.{port.name}.accept_ra: {_ALWAYS} on {host.name}"
            if stated == _UNLESS_FORWARDING:
                at = sysctl_span(host, key)
                message = f"{who} takes no router advertisements on {port.name}, because it forwards IPv6"
                yield at, RULE.at(at, message, remedy, fix=set_sysctl(host, key, _ALWAYS))
            elif stated is None and gateway is not None:
                at = gateway_span(site, host, gateway)
                said = f"{who} loses its gateway {gateway} if that comes from router advertisements"
                note = Note(host.origin.name, "it forwards")
                yield at, _PERHAPS.at(at, f"{said}, because it forwards IPv6", f"{remedy}, or 0 if it does not", [note])


def _forwards(state: HostState, device: str) -> bool:
    own, general = (state.sysctl(f"net/ipv6/conf/{name}/forwarding") for name in (device, "all"))
    return bool(general if own is None else own)


def _learned(site: Site, host: Host, device: str) -> Address | None:
    """A link-local gateway of a director by this device: what router advertisements give."""
    if host.name not in site.topology.directors:
        return None
    for route in site.hosts[host.name].routes:
        if route.via is not None and route.via.is_link_local and route.device == device and route.to.prefixlen == 0:
            return route.via if route.via.version == 6 else None
    return None
