"""A real server announces the VIP in its own ARP requests.

Why it hurts
    With arp_announce 0 the sender address of an ARP request is the source of
    the packet that waits: the VIP, for every reply of a service. The first
    time the real server looks for its gateway, the gateway learns the real
    server's MAC address for the VIP. Everything works until then; after it,
    traffic goes past the director. arp_announce 1 is enough only where the
    VIP is outside the subnet of the sending device; 3 and more count as 0.
    IPv6 does not announce an address of another device.
Wrong
    holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 1}}
Right
    holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}}
Source
    net/ipv4/arp.c arp_solicit(); include/linux/inetdevice.h IN_DEV_ARP_ANNOUNCE
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.arp import exposed, in_time
from lvsc.rules.base import Rule, Site, deciding, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.state import HostState, Link
from lvsc.words import Address, sysctl_name

RULE = Rule("real-server-announces-vip", Severity.ERROR)
_IN_TIME = Rule(RULE.name, Severity.WARNING)
_OUTSIDE, _HIDES = 1, 2


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, host, state, link, address, _ in exposed(site):
        value, path = deciding(state, "arp_announce", link.name)
        if address.version == 6 or value == _HIDES or (value == _OUTSIDE and not _near(state, link, address)):
            continue
        at = sysctl_span(host, path)
        rule, why = RULE, f"arp_announce is {value} on {link.name}"
        message = f"real server {host.name} announces VIP {address} when it looks for a neighbour ({why})"
        if in_time(state, "arp_announce", link.name) == _HIDES:
            rule, at = _IN_TIME, sysctl_span(host, "net/ipv4/conf/default/arp_announce")
            why = f"this was set before {link.name} had an address"
            message = f"real server {host.name} keeps VIP {address} out of its ARP requests only if {why}"
            path = path.replace(f"/{link.name}/", "/all/")
        note = Note(site.topology.vips[service.vip].origin.name, "the VIP it takes over")
        fix = set_sysctl(host, path, 2)
        yield at, rule.at(at, message, f"set {sysctl_name(path)}: 2 on {host.name}", [note], fix=fix)


def _near(state: HostState, link: Link, address: Address) -> bool:
    """Whether a VIP is in the subnet of the sending device."""
    return any(held.address.version == 4 and address in held.address.network for held in state.held_on(link.name))
