"""A host or VIP has the address that is its subnet's own.

Why it hurts
    The first address of a subnet was once its broadcast address, too. Linux
    since 5.14 takes it for any other; older kernels, other systems and
    network gear may not.
Wrong
    192.0.2.0 in subnet 192.0.2.0/24
Right
    an address between the first and the last of the subnet
Source
    RFC 1122 section 3.3.6; Linux 5.14, net/ipv4/fib_frontend.c fib_add_ifaddr()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.stated import with_edges

RULE = Rule("address-is-network", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such an address is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for each, subnet in with_edges(site):
        if each.address == subnet.network_address:
            said = f"{each.who} has {each.address}, the network address of subnet {subnet}"
            message = f"{said}: older hosts take it for a broadcast"
            note = Note(each.segment.origin.name, "the network")
            yield each.at, RULE.at(each.at, message, "choose another address of the subnet", [note])
