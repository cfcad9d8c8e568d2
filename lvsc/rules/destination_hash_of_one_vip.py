"""A scheduler that looks at the destination balances the clients of one VIP.

Why it hurts
    dh, lblc and lblcr choose by the destination address. They are made for
    caches, behind a mark that takes packets to many addresses. The clients
    of one VIP all have the same destination: dh sends all of them to one
    real server; lblc and lblcr do so until it has more active connections
    than its weight and another one is at less than half of its own.
Wrong
    vip: web, port: 80, scheduler: dh
Right
    vip: web, port: 80, scheduler: mh, which looks at the client's address
Source
    net/netfilter/ipvs/ip_vs_dh.c; ip_vs_lblc.c is_overloaded()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Service
from lvsc.words import Scheduler, family_of

RULE = Rule("destination-hash-of-one-vip", Severity.INFO)
_UNTIL = " until it has more active connections than its weight"
_SPREAD = {Scheduler.DH: "", Scheduler.LBLC: _UNTIL, Scheduler.LBLCR: _UNTIL}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the scheduler is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        until = _SPREAD.get(service.scheduler)
        if until is not None and _one_destination(site, service) and _several_servers(service):
            at = service.origin.at("scheduler")
            who = f"service {service.name} ({service.scheduler.value}) goes by destination"
            message = f"{who}, and VIP {service.vip} is the only one: all clients go to one real server{until}"
            remedy = "use `scheduler: wlc`, or `scheduler: mh` to keep each client with its real server"
            yield at, RULE.at(at, message, remedy)


def _one_destination(site: Site, service: Service) -> bool:
    """A mark that somebody else sets may hold any destination, one that lvsc sets the addresses of the VIP."""
    addresses = site.topology.vips[service.vip].addresses
    if service.mark is None:
        return True
    return bool(service.ports) and len({family_of(address) for address in addresses}) == len(addresses)


def _several_servers(service: Service) -> bool:
    return sum(member.weight > 0 for member in service.members) > 1
