"""A host does not hear that an address has moved to another director.

Why it hurts
    A director that takes over a VIP says so by gratuitous ARP. A host that
    drops it goes on sending to the director that failed until its own entry
    is stale and asked for anew. `all` or the device is enough to drop it.
Wrong
    routers: {core: {sysctls: {net.ipv4.conf.all.drop_gratuitous_arp: 1}}}
Right
    net.ipv4.conf.all.drop_gratuitous_arp: 0 on hosts beside the directors
Source
    net/ipv4/arp.c arp_process(); RFC 5227 section 3; RFC 9568 section 8.1.2
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.source import Span
from lvsc.topology import Host
from lvsc.words import Address, sysctl_name

RULE = Rule("drops-gratuitous-arp", Severity.WARNING)
Moving = tuple[Address, str, Span]


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where it is switched on."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    moving = _moving(site)
    for host in site.topology.hosts():
        state = site.hosts[host.name]
        if not any(path.endswith("/drop_gratuitous_arp") and value for path, value in state.sysctls):
            continue
        for link in state.links:
            keys = [f"net/ipv4/conf/{name}/drop_gratuitous_arp" for name in (link.name, "all")]
            key = next((key for key in keys if state.sysctl(key)), None)
            found = _neighbour(site, host, link.name, moving.get(link.segment or "", ()))
            if key is not None and found is not None:
                at, (address, what, place) = sysctl_span(host, key), found
                said = f"{host.role.value} {host.name} does not hear on {link.name}"
                message = f"{said} that {what} {address} has moved ({sysctl_name(key)} is 1)"
                note = Note(place, "it moves between directors")
                fix = set_sysctl(host, key, 0)
                yield at, RULE.at(at, message, f"set {sysctl_name(key)}: 0 on {host.name}", [note], fix=fix)


def _moving(site: Site) -> dict[str, list[Moving]]:
    """The IPv4 addresses that directors hold in turn, by network."""
    found: defaultdict[str, list[Moving]] = defaultdict(list)
    for vip in site.topology.vips.values():
        if vip.failover is not None and len(vip.directors) > 1:
            found[vip.network] += [(each, "VIP", vip.origin.name) for each in vip.addresses if each.version == 4]
    for group in site.topology.failover.values():
        if len(group.directors) > 1:
            gateways = (each for each in group.gateways if each.version == 4)
            found[group.network] += [(each, "gateway", group.origin.name) for each in gateways]
    return found


def _neighbour(site: Site, host: Host, device: str, moving: list[Moving] | tuple[()]) -> Moving | None:
    """The first of these that a host looks for by ARP on a device, and does not hold itself."""
    for each in moving:
        hop = site.cluster.next_hop(host.name, each[0])
        own = any(name == host.name for name, _ in site.cluster.owners.get(each[0], ()))
        if hop is not None and hop.device == device and hop.gateway is None and not own:
            return each
    return None
