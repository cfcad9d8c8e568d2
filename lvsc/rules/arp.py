"""What the ARP rules share: which real servers could be heard, and on which device."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.rules.base import Site
from lvsc.state import HostState, Link
from lvsc.topology import Host, Service
from lvsc.words import Address, ForwardingMethod


def exposed(site: Site) -> Iterator[tuple[Service, Host, HostState, Link, Address]]:
    """Each real server that holds a VIP and is plugged into the VIP's segment, once for each VIP address."""
    seen: set[tuple[str, Address]] = set()
    for service, member, host in site.pairs(ForwardingMethod.DR, ForwardingMethod.TUN):
        vip = site.topology.vips[service.vip]
        for address in vip.addresses:
            if (member.server, address) in seen:
                continue
            seen.add((member.server, address))
            state = site.hosts[member.server]
            if "sysctl" in state.unknown or not any(held.address.ip == address for held in state.addresses):
                continue
            for link in state.links_on(vip.network):
                yield service, host, state, link, address
