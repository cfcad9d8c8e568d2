"""What the rules about VRRP share: the addresses that move, and directors without one of their own to send from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from lvsc.rules.base import Site
from lvsc.state import HostState
from lvsc.topology import Failover, Host
from lvsc.words import Address, Family, family_of


def unaddressed(site: Site) -> Iterator[tuple[Failover, Host, Family]]:
    """Each group with each director, and each family, for which it has no address on the group's network."""
    carried: defaultdict[str, set[Family]] = defaultdict(set)
    for vip in site.topology.vips.values():
        if vip.failover is not None:
            carried[vip.failover].update(family_of(address) for address in vip.addresses)
    for group in site.topology.failover.values():
        families = carried[group.name] | {family_of(address) for address in group.gateways}
        for name in group.directors:
            director = site.topology.directors[name]
            for family in Family:
                if family in families and director.address_on(group.network, family) is None:
                    yield group, director, family


def carried_by(director: HostState) -> Mapping[Address, str]:
    """The addresses that VRRP puts on a director, each with the name of those groups that move together."""
    return {address.ip: instance.group for instance in director.vrrp for address, _ in instance.addresses}
