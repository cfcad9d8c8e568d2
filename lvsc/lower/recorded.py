"""Hosts of a topology as they were recorded, in the place of what they shall hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lvsc.state import HostState, Link, LinkKind


def as_recorded(hosts: Mapping[str, HostState], recorded: Mapping[str, HostState]) -> dict[str, HostState]:
    """The hosts; those that were recorded as they are, plugged in and named as the topology says."""
    return {name: _joined(host, recorded[name], hosts) if name in recorded else host for name, host in hosts.items()}


def _joined(wanted: HostState, found: HostState, hosts: Mapping[str, HostState]) -> HostState:
    """What a snapshot cannot know is the topology's: segments, names, VRRP, applications."""
    names = {destination.address: destination.name for service in wanted.ipvs for destination in service.destinations}
    names |= {held.ip: name for name, host in hosts.items() for held in host.addresses if not held.ours}
    services = {(each.family, each.mark, each.address, each.protocol, each.port): each.name for each in wanted.ipvs}
    ipvs = tuple(
        replace(
            service,
            name=services.get(
                (service.family, service.mark, service.address, service.protocol, service.port), service.name
            ),
            destinations=tuple(replace(each, name=names.get(each.address, each.name)) for each in service.destinations),
        )
        for service in found.ipvs
    )
    floating = {(device, address) for each in wanted.vrrp for address, device in each.addresses}
    return replace(
        found,
        # Who holds a floating address is what VRRP says at the time.
        addresses=tuple(held for held in found.addresses if (held.device, held.address) not in floating),
        name=wanted.name,
        role=wanted.role,
        managed=wanted.managed,
        links=tuple(_plugged(wanted, found)),
        vrrp=wanted.vrrp,
        sync=found.sync or wanted.sync,
        ipvs=ipvs,
        unmodelled=tuple(
            each for each in found.unmodelled if not (wanted.keepalived and each.startswith("keepalived "))
        ),
    )


def _plugged(wanted: HostState, found: HostState) -> Iterator[Link]:
    """Each device on the network that the topology gives it by name, or by a network that it has an address of."""
    by_name = {link.name: link.segment for link in wanted.links if link.segment}
    nets = [(held.address.network, by_name[held.device]) for held in wanted.addresses if held.device in by_name]
    for link in found.links:
        own = [held.address.network for held in found.addresses if held.device == link.name]
        segment = by_name.get(link.name) or next((segment for net, segment in nets if net in own), None)
        yield replace(link, segment=segment) if link.kind is LinkKind.ETHERNET and segment else link
