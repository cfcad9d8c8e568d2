"""A real server behind direct routing or a tunnel does not hold the VIP.

Why it hurts
    The request arrives with the VIP as its destination. A host that does not
    hold the VIP drops it, or, where it forwards, sends it back to the
    director in a circle.
Wrong
    old1: {managed: false, holds: {sysctls: {net.ipv4.conf.all.arp_ignore: 1}}}
Right
    old1: {managed: false, holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 1}}}
Source
    LVS-HOWTO, LVS-DR: the VIP on the real servers
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import ForwardingMethod

RULE = Rule("vip-missing-on-real-server", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each unmanaged host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, _, host in site.pairs(ForwardingMethod.DR, ForwardingMethod.TUN):
        if host.holds is not None and host.holds.vip_device is None:
            at = host.holds.origin.name
            who = f"real server {host.name} of service {service.name} ({service.mode.value})"
            message = f"{who} does not hold VIP {service.vip}"
            note = Note(service.origin.at("mode"), "this method leaves the VIP in the packet")
            yield at, RULE.at(at, message, "put the VIP on lo and say `vip_device: lo`", [note])
