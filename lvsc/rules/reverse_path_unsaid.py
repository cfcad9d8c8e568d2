"""Nobody has said how a host filters by reverse path, and it matters there.

Why it hurts
    Packets come in on a device that is not the way back to their source, or
    there is no way back. The kernel alone lets them in. Distributions start
    with other values: RHEL and the CIS benchmarks with 1 (strict), systemd
    with 2 (loose, which still wants a route). The same topology then works
    on one host and is silent on another.
Wrong
    eth1 shared with the director, gateway on eth0, and no `sysctls`
Right
    sysctls: {net.ipv4.conf.all.rp_filter: 0, net.ipv4.conf.eth1.rp_filter: 2}
Source
    Documentation/networking/ip-sysctl.rst, rp_filter; systemd, sysctl.d/50-default.conf
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.reverse_path import LOOSE, crossings, says_filtering
from lvsc.rules.reverse_path_drops_tunnel import opens_v4
from lvsc.topology import Host
from lvsc.words import ForwardingMethod, HostRole

RULE = Rule("reverse-path-unsaid", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for each in crossings(site, all_hosts=True):
        # A router that somebody else runs is not asked to say everything.
        if each.host.role is HostRole.ROUTER or says_filtering(site.hosts[each.host.name], each.device):
            continue
        way = f"its way back is {each.back.device}" if each.back else "it has no route back"
        message = f"requests of {each.client} reach {each.host.role.value} {each.host.name} on {each.device}, and {way}"
        yield _finding(each.host, each.device, message, each.note, routed=each.back is not None)
    for service, _, host in site.pairs(ForwardingMethod.TUN):
        state = site.hosts[host.name]
        device = host.holds.tunnel_device if host.holds is not None else None
        link = next((link for link in state.links if link.name == device), None)
        v4 = any(address.version == 4 for address in site.topology.vips[service.vip].addresses)
        if link is not None and v4 and opens_v4(state, link) and not says_filtering(state, link.name):
            note = Note(service.origin.at("mode"), f"service {service.name} sends requests through it")
            message = f"requests reach real server {host.name} on {link.name}, which is never the way back"
            yield _finding(host, link.name, message, note, routed=True)


def _finding(host: Host, device: str, message: str, note: Note, routed: bool) -> tuple[object, Finding]:
    at = host.holds.origin.name if host.holds is not None else host.origin.name
    remedy = f"state net.ipv4.conf.{device}.rp_filter: {LOOSE}"
    if not routed:
        remedy = f"give {host.name} a `gateway`, or state net.ipv4.conf.all.rp_filter: 0 and the same for {device}"
    return at, RULE.at(at, f"{message}: nothing is said of rp_filter there", remedy, [note])
