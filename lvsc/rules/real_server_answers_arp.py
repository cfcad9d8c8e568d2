"""A real server answers ARP for the VIP.

Why it hurts
    Linux answers ARP for an address of any of its devices, also lo. The
    router or client that asks for the VIP may hear the real server first;
    its traffic then goes to that one server, past the director: no
    balancing, no health checks, and an outage when the server stops.
    arp_ignore 1 or 2 hides a VIP on lo or a dummy device; the greater of
    `all` and the receiving device counts, so a value for lo or the dummy
    device does nothing, nor does arp_filter, and `default` only counts where
    it is set before the device gets its address. arp_ignore 3 does not hide
    the VIP, 8 hides the server's own address, too, and nothing hides a VIP
    on the receiving device itself. IPv6 answers only for addresses of the
    receiving device, so there a VIP on lo is hidden without any setting.
Wrong
    holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 0}}
Right
    holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 1,
        net.ipv4.conf.all.arp_announce: 2}}
Source
    net/ipv4/arp.c arp_ignore(); include/linux/inetdevice.h IN_DEV_ARP_IGNORE;
    net/ipv6/ndisc.c ndisc_recv_ns()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.arp import exposed, in_time
from lvsc.rules.base import Rule, Site, deciding, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.state import HostState, Link
from lvsc.topology import Host
from lvsc.words import Address, sysctl_name

RULE = Rule("real-server-answers-arp", Severity.ERROR)
_IN_TIME = Rule(RULE.name, Severity.WARNING)
_HIDES, _HIDES_ALL = (1, 2), 8


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, host, state, link, address, on_link in exposed(site):
        note = Note(site.topology.vips[service.vip].origin.name, "the VIP it takes over")
        if on_link:
            yield _on_device(host, link, address, note)
        elif address.version == 4 and deciding(state, "arp_ignore", link.name)[0] not in _HIDES:
            yield _by_setting(host, state, link, address, note)


def _on_device(host: Host, link: Link, address: Address, note: Note) -> tuple[object, Finding]:
    at = (host.holds.origin if host.holds else host.origin).at("vip_device")
    what = "ARP" if address.version == 4 else "neighbour solicitations"
    message = f"real server {host.name} holds VIP {address} on {link.name}, where it answers {what} for it"
    return (at, "device"), RULE.at(at, message, f"put the VIP on lo: `vip_device: lo` on {host.name}", [note])


def _by_setting(host: Host, state: HostState, link: Link, address: Address, note: Note) -> tuple[object, Finding]:
    value, path = deciding(state, "arp_ignore", link.name)
    at, fix = sysctl_span(host, path), set_sysctl(host, path, 1)
    what = f"for VIP {address}" if value != _HIDES_ALL else "for no address, not even its own"
    message = f"real server {host.name} answers ARP {what} (arp_ignore is {value} on {link.name})"
    if in_time(state, "arp_ignore", link.name) in _HIDES:
        path = path.replace(f"/{link.name}/", "/all/")
        at = sysctl_span(host, "net/ipv4/conf/default/arp_ignore")
        message = f"real server {host.name} hides VIP {address} only if this was set before {link.name} had an address"
        fix = set_sysctl(host, path, 1)
        return (at, "sysctl"), _IN_TIME.at(at, message, f"set {sysctl_name(path)}: 1 on {host.name}", [note], fix=fix)
    return (at, "sysctl"), RULE.at(at, message, f"set {sysctl_name(path)}: 1 on {host.name}", [note], fix=fix)
