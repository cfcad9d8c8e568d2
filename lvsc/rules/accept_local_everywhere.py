"""A host takes packets from its own addresses on every device.

Why it hurts
    accept_local lets a director pass on replies whose source is the VIP that
    it holds itself. On `all` it lets in forgeries of every address of the
    host, from every network that it is on. The device on which the replies
    come in is enough.
Wrong
    sysctls: {net.ipv4.conf.all.accept_local: 1}
Right
    sysctls: {net.ipv4.conf.eth1.accept_local: 1}
Source
    net/ipv4/fib_frontend.c __fib_validate_source(); include/linux/inetdevice.h IN_DEV_ACCEPT_LOCAL
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, named, once, sysctl_span

RULE = Rule("accept-local-everywhere", Severity.INFO)
_KEY = "net/ipv4/conf/all/accept_local"


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts with more than one device."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for host in site.topology.hosts():
        if len(host.ports) > 1 and site.hosts[host.name].sysctl(_KEY):
            at = sysctl_span(host, _KEY)
            devices = [port.name for port in host.ports]
            message = f"{host.role.value} {host.name} takes packets from its own addresses on {named(devices)}"
            remedy = f"set it on the one device that needs it, such as net.ipv4.conf.{devices[-1]}.accept_local: 1"
            yield at, RULE.at(at, message, remedy)
