"""A VIP or real server has an address that is no host's.

Why it hurts
    Multicast, loopback, unspecified and IPv6 link-local addresses do not
    name one host that clients or the director could reach. IPVS refuses most
    of them as real servers ("address not unicast"); keepalived notices only
    when it starts, and leaves the real server out.
Wrong
    sorry_server: {address: 224.0.0.5}
Right
    an ordinary address of a network
Source
    net/netfilter/ipvs/ip_vs_ctl.c __ip_vs_update_dest(), ip_vs_new_dest(): EINVAL
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.stated import stated
from lvsc.words import Address, ForwardingMethod

RULE = Rule("address-not-unicast", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such an address is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    odd = [(each, kind) for each in stated(site) if (kind := kind_of(each.address)) is not None]
    used = _used(site) if odd else set()
    for each, kind in odd:
        if each.address in used or each.who.startswith("VIP "):
            message = f"{each.who} has {each.address}, {kind} address, to which no connection can be made"
            yield each.at, RULE.at(each.at, message, "choose an ordinary address of a network")
    for service in site.topology.services.values():
        address = service.sorry.address if service.sorry is not None else None
        word = kind_of(address) if address is not None else None
        # Without translation the director itself answers at a loopback address.
        local = address is not None and address.is_loopback and service.mode is not ForwardingMethod.NAT
        if word is not None and not local:
            at = service.origin.at("sorry_server", "address")
            message = f"the sorry server of service {service.name} is {address}, {word} address"
            yield at, RULE.at(at, message, "choose an ordinary address, or name a `real_server`")


def _used(site: Site) -> set[Address]:
    """The addresses by which directors know real servers."""
    entries = [entry for name in site.topology.directors for entry in site.hosts[name].ipvs]
    known = {destination.address for entry in entries for destination in entry.destinations}
    return known | {entry.sorry.address for entry in entries if entry.sorry is not None}


def kind_of(address: Address) -> str | None:
    """What kind of address it is, where it is not one of a single host."""
    if address.is_multicast:
        return "a multicast"
    if address.is_loopback:
        return "a loopback"
    if address.is_unspecified:
        return "the unspecified"
    if address.version == 4:
        return "the broadcast" if int(address) == 0xFFFFFFFF else None
    return "a link-local" if address.is_link_local else None
