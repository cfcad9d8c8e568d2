"""A director of a NAT service does not forward packets.

Why it hurts
    Requests reach the real servers, but their replies arrive at the director
    for somebody else, and a host that does not forward drops those. Every
    connection times out. For IPv4 the setting of the device on which replies
    arrive counts. Direct routing and tunnels do not need forwarding.
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
from lvsc.rules.mending import set_sysctl
from lvsc.state import HostState
from lvsc.words import Family, ForwardingMethod, sysctl_name

RULE = Rule("forwarding-off", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where forwarding is switched off."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for name, host in site.topology.directors.items():
        director = site.hosts[name]
        if not any("forward" in path and value == 0 for path, value in director.sysctls):
            continue
        for entry in director.ipvs:
            for destination in entry.destinations:
                hop = site.cluster.next_hop(name, destination.address)
                if destination.method is not ForwardingMethod.NAT or hop is None:
                    continue
                key = _deciding(director, entry.family, hop.device)
                if director.sysctl(key) == 0:
                    at = sysctl_span(host, key)
                    message = f"director {name} drops the replies of service {entry.name}: {sysctl_name(key)} is 0"
                    note = Note(site.topology.services[entry.name].origin.at("mode"), "nat needs forwarding")
                    yield at, RULE.at(at, message, f"set {sysctl_name(key)}: 1", [note], fix=set_sysctl(host, key, 1))


def _deciding(director: HostState, family: Family, device: str | None) -> str:
    """The setting that counts for packets from a device: IPv4 has one for each, which the general ones reset."""
    if family is Family.V6:
        return "net/ipv6/conf/all/forwarding"
    keys = (f"net/ipv4/conf/{device}/forwarding", "net/ipv4/conf/all/forwarding", "net/ipv4/ip_forward")
    return next((key for key in keys if director.sysctl(key) is not None), keys[-1])
