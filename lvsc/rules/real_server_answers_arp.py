"""A real server answers ARP for the VIP.

Why it hurts
    Linux answers ARP for an address of any of its devices, also lo. The
    router or client that asks for the VIP may hear the real server first;
    its traffic then goes to that one server, past the director: no
    balancing, no health checks, and an outage when the server stops.
    arp_ignore 1 or 2 hides a VIP on lo or a dummy device; the greater of
    `all` and the receiving device counts. arp_ignore 3 does not hide it, 8
    hides the server's own address, too, and nothing hides a VIP on the
    receiving device itself.
Wrong
    holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 0}}
Right
    holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 1}}
Source
    net/ipv4/arp.c arp_ignore(); include/linux/inetdevice.h IN_DEV_ARP_IGNORE
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.arp import exposed
from lvsc.rules.base import Rule, Site, once, sysctl_span

RULE = Rule("real-server-answers-arp", Severity.ERROR)
_HIDES = (1, 2)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, host, state, link, address in exposed(site):
        note = Note(site.topology.vips[service.vip].origin.name, "the VIP it takes over")
        if any(held.address.ip == address for held in state.held_on(link.name)):
            device = (host.holds.origin if host.holds else host.origin).at("vip_device")
            message = f"real server {host.name} holds VIP {address} on {link.name}, where it answers ARP for it"
            yield (
                (device, "device"),
                RULE.at(device, message, f"put the VIP on lo: `vip_device: lo` on {host.name}", [note]),
            )
            continue
        value = state.effective("arp_ignore", link.name)
        if value not in _HIDES:
            paths = [f"net/ipv4/conf/{device}/arp_ignore" for device in (link.name, "all")]
            at = sysctl_span(host, *paths)
            message = f"real server {host.name} answers ARP for VIP {address} (arp_ignore is {value} on {link.name})"
            yield (at, "sysctl"), RULE.at(at, message, f"set net.ipv4.conf.all.arp_ignore: 1 on {host.name}", [note])
