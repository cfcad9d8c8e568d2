"""A director of a NAT service does not forward packets.

Why it hurts
    Requests reach the real servers, but their replies arrive at the director
    for somebody else, and a host that does not forward drops those. Every
    connection times out. Direct routing and tunnels do not need forwarding.
Wrong
    sysctls: {net.ipv4.ip_forward: 0}
Right
    leave it to lvsc, which sets net.ipv4.ip_forward: 1 for nat
Source
    net/ipv4/route.c ip_route_input_slow(), IN_DEV_FORWARD
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.words import Family, ForwardingMethod, family_of, sysctl_name

RULE = Rule("forwarding-off", Severity.ERROR)
_KEYS = {Family.V4: "net/ipv4/ip_forward", Family.V6: "net/ipv6/conf/all/forwarding"}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director and family."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if service.mode is not ForwardingMethod.NAT:
            continue
        vip = site.topology.vips[service.vip]
        for director in site.director_states(service.vip):
            for family in {family_of(address) for address in vip.addresses}:
                key = _KEYS[family]
                if director.sysctl(key) == 0:
                    at = sysctl_span(site.topology.directors[director.name], key)
                    message = (
                        f"director {director.name} drops the replies of service {service.name}: {sysctl_name(key)} is 0"
                    )
                    notes = [Note(service.origin.at("mode"), "nat needs forwarding")]
                    yield (director.name, family), RULE.at(at, message, f"set {sysctl_name(key)}: 1", notes)
