"""A host or VIP has the broadcast address of its subnet.

Why it hurts
    Every host of the subnet takes a packet for this address for one to all
    of them, and routers do not pass it on. No connection can be made to it.
Wrong
    192.0.2.255 in subnet 192.0.2.0/24
Right
    an address between the first and the last of the subnet
Source
    RFC 919; net/ipv4/route.c ip_route_input_slow(), RTN_BROADCAST
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.stated import with_edges

RULE = Rule("address-is-broadcast", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such an address is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for each, subnet in with_edges(site):
        if each.address == subnet.broadcast_address:
            message = f"{each.who} has {each.address}, the broadcast address of subnet {subnet}: no host connects to it"
            note = Note(each.segment.origin.name, "the network")
            yield each.at, RULE.at(each.at, message, "choose another address of the subnet", [note])
