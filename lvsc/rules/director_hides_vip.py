"""A director does not answer ARP for the VIP it holds.

Why it hurts
    Settings that keep real servers quiet belong on no director: somebody has
    to answer. arp_ignore 8 answers for no address at all; 2 only when the
    VIP and the asker are in one subnet of the device. 1 does no harm, since
    lvsc puts the VIP on the device that faces its network. The greater of
    `all` and the device counts.
Wrong
    directors: {lvs1: {sysctls: {net.ipv4.conf.all.arp_ignore: 8}}}
Right
    directors: {lvs1: {sysctls: {net.ipv4.conf.all.arp_ignore: 1}}}
Source
    net/ipv4/arp.c arp_ignore(); net/ipv4/devinet.c confirm_addr_indev()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, deciding, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.state import HostState
from lvsc.topology import Vip
from lvsc.words import Address, sysctl_name

RULE = Rule("director-hides-vip", Severity.ERROR)
_SAME_SUBNET, _NOTHING = 2, 8


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a director is silenced."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    silenced = {
        name
        for name in site.topology.directors
        if any(path.endswith("/arp_ignore") and value > 1 for path, value in site.hosts[name].sysctls)
    }
    for vip in site.topology.vips.values() if silenced else ():
        for name in vip.directors:
            host = site.topology.directors[name]
            port = host.port_on(vip.network)
            if name not in silenced or port is None:
                continue
            state = site.hosts[name]
            value, path = deciding(state, "arp_ignore", port.name)
            for address in vip.addresses:
                if address.version != 4 or not _hidden(site, vip, state, port.name, address, value):
                    continue
                at = sysctl_span(host, path)
                answers = "any address" if value == _NOTHING else f"VIP {address}, which is in no subnet of {port.name}"
                message = f"director {name} does not answer ARP for {answers} (arp_ignore is {value} on {port.name})"
                note = Note(vip.origin.name, "the VIP that nobody finds")
                fix = set_sysctl(host, path, 1)
                yield at, RULE.at(at, message, f"set {sysctl_name(path)}: 1 on {name}", [note], fix=fix)
                break


def _hidden(site: Site, vip: Vip, state: HostState, device: str, address: Address, value: int) -> bool:
    if value != _SAME_SUBNET:
        return value == _NOTHING
    subnets = (held.address.network for held in state.held_on(device))
    return not any(address in net and net.prefixlen < 32 for net in subnets) and _asked_for(site, vip, address)


def _asked_for(site: Site, vip: Vip, address: Address) -> bool:
    """Whether a host of the network looks for the VIP itself; who has a route by way of the director does not."""
    for name, link in site.cluster.attached.get(vip.network, ()):
        hop = site.cluster.next_hop(name, address)
        if name not in vip.directors and hop is not None and hop.gateway is None and hop.device == link.name:
            return True
    return False
