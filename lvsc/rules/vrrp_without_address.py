"""A director has no IPv4 address on the network on which it advertises.

Why it hurts
    VRRP for IPv4 sends from an address of the interface. keepalived finds
    none, puts the group into state FAULT, and the director never takes the
    VIPs over. IPv6 always has a link-local address for this.
Wrong
    an IPv4 VIP in a failover group, and a director with only IPv6 addresses on its network
Right
    an IPv4 address for every director of the group
Source
    keepalived vrrp.c: "Cannot find an IP address to use for interface"; RFC 9568 section 5.1.1.1
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.vrrp import unaddressed
from lvsc.words import Family

RULE = Rule("vrrp-without-address", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director of each group."""
    for group, director, family in unaddressed(site):
        if family is not Family.V4:
            continue
        said = f"director {director.name} has no IPv4 address on network {group.network}"
        message = f"{said}, so it cannot advertise for failover group {group.name}"
        port = director.port_on(group.network)
        origin = port.origin if port is not None else director.origin
        at = origin.at("addresses" if origin.says("addresses") else "address")
        note = Note(group.origin.name, "the group carries IPv4 addresses")
        yield RULE.at(at, message, f"give {director.name} an IPv4 address on {group.network}", [note])
