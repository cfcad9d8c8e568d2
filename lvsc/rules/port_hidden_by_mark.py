"""A service never gets a packet, because a service with a mark takes its port.

Why it hurts
    The director marks the packets, and the kernel looks for a service of the
    mark before it looks for one of the address and port. The real servers
    behind the plain service stay idle.
Wrong
    shop: {vip: web, ports: [80, 443], as_one: true}, http: {vip: web, port: 80}
Right
    only one of the two with port 80
Source
    net/netfilter/ipvs/ip_vs_ctl.c ip_vs_service_find()
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Service
from lvsc.words import Address, Protocol

RULE = Rule("port-hidden-by-mark", Severity.WARNING)
Key = tuple[Address, Protocol]
Reach = tuple[int, int, Service]


def check(site: Site) -> Iterator[Finding]:
    """One finding for each port of a plain service, as it is stated."""
    marked = _marked(site)
    for service in site.topology.services.values():
        if service.mark is None:
            for index, (port, _) in enumerate(service.ports):
                yield from _hidden(site, service, index, port, marked)


def _marked(site: Site) -> dict[Key, list[Reach]]:
    """The ports that marks take, by where they start, each with how far one gets that starts no later."""
    found: dict[Key, list[Reach]] = {}
    for service in site.topology.services.values():
        if service.mark is not None and service.ports:
            for address in site.topology.vips[service.vip].addresses:
                for protocol in service.protocols:
                    reaches = ((low, high or 65535, service) for low, high in service.ports)
                    found.setdefault((address, protocol), []).extend(reaches)
    return {key: list(_widened(sorted(reaches, key=lambda reach: reach[:2]))) for key, reaches in found.items()}


def _widened(reaches: list[Reach]) -> Iterator[Reach]:
    furthest = reaches[0]
    for low, high, service in reaches:
        if high >= furthest[1]:
            furthest = (low, high, service)
        yield low, furthest[1], furthest[2]


def _hidden(site: Site, service: Service, index: int, port: int, marked: dict[Key, list[Reach]]) -> Iterator[Finding]:
    for address in site.topology.vips[service.vip].addresses:
        for protocol in service.protocols:
            reaches = marked.get((address, protocol), [])
            before = bisect.bisect_right(reaches, port, key=lambda reach: reach[0]) - 1
            if before >= 0 and reaches[before][1] >= (port or 65535):
                yield _loses(service, index, port, reaches[before][2], f"{address} port {port} {protocol.value}")
                return


def _loses(service: Service, index: int, port: int, winner: Service, shown: str) -> Finding:
    at = service.origin.at("port") if service.origin.says("port") else service.origin.at("ports", index)
    message = f"service {service.name} gets no packet for {shown}: {winner.name} takes it by mark {winner.mark}"
    remedy = f"remove port {port} from one of the two"
    return RULE.at(at, message, remedy, [Note(winner.origin.name, "the service with the mark")])
