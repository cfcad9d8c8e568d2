"""A host answers ARP for the VIP in place of the director.

Why it hurts
    With proxy_arp a host that forwards answers for every address to which it
    knows a way through another device. When it is quicker than the director,
    or the director is just changing, traffic for the VIP goes to it.
    `all` or the device is enough to switch it on.
Wrong
    a router on the VIP's segment that routes the VIP elsewhere,
    sysctls: {net.ipv4.conf.all.proxy_arp: 1}
Right
    proxy_arp on the one device that needs it, away from the VIP
Source
    net/ipv4/arp.c arp_fwd_proxy(); include/linux/inetdevice.h IN_DEV_PROXY_ARP
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.state import HostState, Link
from lvsc.topology import Host, Vip
from lvsc.words import sysctl_name

RULE = Rule("proxy-arp-answers-vip", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where it is switched on."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    vips: defaultdict[str, list[Vip]] = defaultdict(list)
    for vip in site.topology.vips.values():
        vips[vip.network].append(vip)
    for host in site.topology.hosts():
        state = site.hosts[host.name]
        if not any(path.endswith("/proxy_arp") and value for path, value in state.sysctls):
            continue
        for link in state.links:
            if link.segment is not None and link.segment in vips and _forwards(state, link.name):
                yield from _answers(site, host, state, link, vips[link.segment])


def _answers(site: Site, host: Host, state: HostState, link: Link, vips: list[Vip]) -> Iterator[tuple[object, Finding]]:
    key = next((key for key in _keys(link.name, "proxy_arp") if state.sysctl(key)), None)
    if key is None:
        return
    for vip in vips:
        for address in vip.addresses:
            hop = site.cluster.next_hop(host.name, address) if address.version == 4 else None
            own = any(name == host.name for name, _ in site.cluster.owners.get(address, ()))
            if hop is None or hop.device in (None, link.name) or own:
                continue
            at = sysctl_span(host, key)
            said = f"{host.role.value} {host.name} answers ARP for VIP {address} on {link.name}"
            message = f"{said}, because its way there is {hop.device} and {sysctl_name(key)} is 1"
            note = Note(vip.origin.name, f"the VIP is on network {vip.network}")
            fix = set_sysctl(host, key, 0)
            yield at, RULE.at(at, message, f"set {sysctl_name(key)}: 0 on {host.name}", [note], fix=fix)
            return


def _forwards(state: HostState, device: str) -> bool:
    keys = (*_keys(device, "forwarding"), "net/ipv4/ip_forward")
    return bool(next((value for key in keys if (value := state.sysctl(key)) is not None), 0))


def _keys(device: str, name: str) -> tuple[str, str]:
    return f"net/ipv4/conf/{device}/{name}", f"net/ipv4/conf/all/{name}"
