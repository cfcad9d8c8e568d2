"""The way to a real server carries less than an ordinary packet, and its tunnel takes more off that.

Why it hurts
    The outer header comes on top of the client's packet: 20 bytes for ipip,
    24 for gre, 32 for gue, and 20 more where the outer header is IPv6. What
    no longer fits is dropped, and the client is told by ICMP to send less.
    Where that ICMP is filtered, small requests work and uploads hang.
    Over IPv6 IPVS wants room for 1280 bytes: where the director's own device
    leaves less, it drops everything.
Wrong
    networks: {backbone: {subnet: 10.0.0.0/24, mtu: 1400}}
Right
    mtu: 1520 or more on the way; or on the director
    sysctls: {net.ipv4.vs.pmtu_disc: 0}, which splits packets instead
Source
    net/netfilter/ipvs/ip_vs_xmit.c __ip_vs_get_out_rt(), ensure_mtu_is_adequate()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.source import Span
from lvsc.state import Destination, Link, VirtualService
from lvsc.words import Address, ForwardingMethod, HostRole, TunnelType

RULE = Rule("tunnel-mtu", Severity.INFO)
_NOTHING_PASSES = Rule(RULE.name, Severity.ERROR)
# With the ordinary 1500 everywhere the same happens, and everybody knows.
_ORDINARY = 1500
_OVERHEAD = {TunnelType.IPIP: 20, TunnelType.GRE: 24, TunnelType.GUE: 32}
_OUTER_V6, _MOST_HOPS, _LEAST_V6 = 20, 64, 1280


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the least mtu is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    if not _any_below(site):
        return
    seen: set[object] = set()
    for name in site.topology.directors:
        splits = site.hosts[name].sysctl("net/ipv4/vs/pmtu_disc") == 0
        for entry in site.hosts[name].ipvs:
            for destination in entry.destinations:
                key = (name, destination.address, destination.tunnel, entry.family)
                if destination.method is not ForwardingMethod.TUN or key in seen:
                    continue
                seen.add(key)
                narrow = _narrow(site, name, destination)
                if narrow is not None:
                    finding = _finding(site, _NOTHING_PASSES, name, entry, destination, name, narrow)
                    yield finding.at, finding
                    continue
                least = _least(site, name, destination.address)
                if least is not None and not (splits and entry.family.value == 4):
                    finding = _finding(site, RULE, name, entry, destination, *least)
                    yield finding.at, finding


def _any_below(site: Site) -> bool:
    segments = site.topology.networks.values()
    ports = (port for host in site.topology.hosts() for port in host.ports)
    return any(segment.mtu < _ORDINARY for segment in segments) or any(
        (port.mtu or _ORDINARY) < _ORDINARY for port in ports
    )


def _overhead(destination: Destination) -> int:
    return _OVERHEAD[destination.tunnel] + _OUTER_V6 * (destination.address.version == 6)


def _narrow(site: Site, director: str, destination: Destination) -> Link | None:
    """The director's device, where a tunnel over IPv6 leaves less than IPv6 wants on it."""
    hop = site.cluster.next_hop(director, destination.address)
    link = next((link for link in site.hosts[director].links if hop is not None and link.name == hop.device), None)
    short = link is not None and link.mtu - _overhead(destination) < _LEAST_V6
    return link if short and destination.address.version == 6 else None


def _least(site: Site, sender: str, destination: Address) -> tuple[str, Link] | None:
    """The host and device with the least mtu on the way, where that is less than the ordinary one."""
    found: list[tuple[str, Link]] = []
    for _ in range(_MOST_HOPS):
        hop = site.cluster.next_hop(sender, destination)
        link = next((link for link in site.hosts[sender].links if hop is not None and link.name == hop.device), None)
        if hop is None or link is None:
            break
        found.append((sender, link))
        holders = site.cluster.owners.get(hop.gateway, ()) if hop.gateway is not None else ()
        if not holders:
            break
        sender = holders[0][0]
    least = min(found, key=lambda item: item[1].mtu, default=None)
    return least if least is not None and least[1].mtu < _ORDINARY else None


def _finding(
    site: Site, rule: Rule, director: str, entry: VirtualService, destination: Destination, host: str, link: Link
) -> Finding:
    overhead = _overhead(destination)
    said = f"the tunnel of service {entry.name} to real server {destination.name} carries {link.mtu - overhead} bytes"
    if rule is _NOTHING_PASSES:
        said = f"nothing of service {entry.name} gets to real server {destination.name}"
        said = f"{said}, for its tunnel wants {_LEAST_V6} bytes"
    message = f"{said}: mtu {link.mtu} of {host} on {link.name}, less {overhead} for {destination.tunnel.value}"
    clients = (each for state in site.hosts.values() if state.role is HostRole.CLIENT for each in state.links)
    sent = max((each.mtu for each in clients if each.segment is not None), default=_ORDINARY)
    remedy = f"make the mtu {sent + overhead}, or let {destination.name} ask for less with `advmss` on its routes"
    if rule is _NOTHING_PASSES:
        remedy = f"make the mtu {_LEAST_V6 + overhead} or more"
    elif entry.family.value == 4:
        remedy = f"{remedy}, or set net.ipv4.vs.pmtu_disc: 0 on {director}"
    note = Note(site.topology.services[entry.name].origin.at("mode"), f"clients send up to {sent} bytes")
    return rule.at(_place(site, host, link), message, remedy, [note])


def _place(site: Site, name: str, link: Link) -> Span:
    """Where the mtu of a host's device is stated: at the interface, else at its network."""
    for host in site.topology.hosts():
        for port in host.ports:
            if host.name == name and port.name == link.name and port.mtu is not None:
                return port.origin.at("mtu")
    return site.topology.networks[link.segment or ""].origin.at("mtu")
