"""The same virtual service is declared twice.

Why it hurts
    The kernel knows a service by protocol, address and port, or by its mark:
    the second one is refused, or keepalived merges the two and drops one of
    them at a reload.
Wrong
    two services with vip web, port 80, tcp
Right
    one service, with the real servers of both
Source
    net/netfilter/ipvs/ip_vs_ctl.c ip_vs_genl_set_cmd(): EEXIST
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Service
from lvsc.words import family_of

RULE = Rule("duplicate-service", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service that comes after its twin."""
    seen: dict[object, Service] = {}
    for service in site.topology.services.values():
        for key, shown in _keys(site, service):
            first = seen.setdefault(key, service)
            if first is not service:
                yield _twice(service, first, shown)
                break


def _keys(site: Site, service: Service) -> Iterator[tuple[object, str]]:
    vip = site.topology.vips[service.vip]
    for address in vip.addresses:
        if service.mark is not None:
            for director in vip.directors:
                yield (family_of(address), service.mark, director), f"mark {service.mark}"
            continue
        for protocol in service.protocols:
            for port, _ in service.ports:
                yield (address, protocol, port), f"{address} port {port} {protocol.value}"


def _twice(service: Service, first: Service, shown: str) -> Finding:
    key = next((key for key in ("mark", "port", "ports") if service.origin.says(key)), "vip")
    message = f"service {service.name} is the same as {first.name}: {shown}"
    note = Note(first.origin.name, "the first one")
    return RULE.at(service.origin.at(key), message, "merge the two, or change the port, VIP or mark of one", [note])
