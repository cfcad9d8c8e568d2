"""A director of a unicast failover group has no IPv6 address to advertise from.

Why it hurts
    With unicast the directors send their advertisements to each other's
    addresses. One without an address of the family is left out of the
    others' lists and has none to send from: they no longer agree who holds
    the VIPs. For IPv4, with or without unicast, see vrrp-without-address.
Wrong
    unicast: true, an IPv6 VIP, and a director with an IPv4 address only
Right
    an IPv6 address for every director, or multicast, which needs none
Source
    keepalived.conf(5) unicast_src_ip, unicast_peer
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.vrrp import unaddressed
from lvsc.words import Family

RULE = Rule("unicast-without-address", Severity.ERROR)
# Where the first director has one it holds the VIPs, until it fails.
_LATER = Rule(RULE.name, Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director of each group."""
    for group, director, family in unaddressed(site):
        if group.unicast and family is Family.V6:
            said = f"director {director.name} has no IPv6 address on network {group.network}"
            message = f"{said}, so unicast failover group {group.name} cannot reach it"
            rule = RULE if director.name == group.directors[0] else _LATER
            remedy = f"give {director.name} an IPv6 address there, or remove `unicast`"
            port = director.port_on(group.network)
            origin = port.origin if port is not None else director.origin
            at = origin.at("addresses" if origin.says("addresses") else "address")
            yield rule.at(at, message, remedy, [Note(group.origin.at("unicast"), "the group")])
