"""Nobody has said what an unmanaged real server holds.

Why it hurts
    lvsc does not configure the host and cannot see it: whether it holds the
    VIP, and whether it answers ARP for it, is unknown. What is unknown is
    not taken for safe.
Wrong
    old1: {managed: false}
Right
    old1: {managed: false, holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 1,
        net.ipv4.conf.all.arp_announce: 2}}}
Source
    the topology itself
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import ForwardingMethod

RULE = Rule("real-server-undescribed", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, _, host in site.pairs(ForwardingMethod.DR, ForwardingMethod.TUN):
        if not host.managed and host.holds is None:
            at = host.origin.at("managed")
            unknown = f"whether it holds VIP {service.vip} is unknown"
            message = f"real server {host.name} is not managed and has no `holds`: {unknown}"
            note = Note(service.origin.at("mode"), f"service {service.name} depends on it")
            yield at, RULE.at(at, message, "say what it holds: `holds: {vip_device: lo, sysctls: {...}}`", [note])
