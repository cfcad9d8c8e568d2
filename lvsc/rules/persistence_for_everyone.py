"""The netmask of persistence makes one client of nearly all.

Why it hurts
    All clients of one network, as wide as the netmask says, count as one
    client and stay with one real server. With a netmask of a few bits this
    one gets most of the traffic and the others nothing.
Wrong
    persistence: {timeout: 5m, netmask: 8}
Right
    persistence: {timeout: 5m, netmask: 24, netmask6: 64}
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_sched_persist(): the client's address and the netmask
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Service
from lvsc.words import Family, family_of

RULE = Rule("persistence-for-everyone", Severity.WARNING)
_LONGEST = {Family.V4: 8, Family.V6: 15}
_USUAL = {Family.V4: 24, Family.V6: 64}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each netmask, where it is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if service.persistence is not None and len(service.members) > 1:
            addresses = site.topology.vips[service.vip].addresses
            for family in dict.fromkeys(family_of(address) for address in addresses):
                yield from _of(service, family)


def _of(service: Service, family: Family) -> Iterator[tuple[object, Finding]]:
    held = service.persistence
    key = "netmask" if family is Family.V4 else "netmask6"
    if held is not None and (bits := held.netmask if family is Family.V4 else held.netmask6) <= _LONGEST[family]:
        at = service.origin.at("persistence", key)
        who = f"{key} {bits} of service {service.name} makes one client of each /{bits} network"
        message = f"{who}: most clients may stay with one real server"
        yield at, RULE.at(at, message, f"write a longer one, such as `{key}: {_USUAL[family]}`")
