"""All real servers of a service have weight 0.

Why it hurts
    Weight 0 means: no new connections. With no real server left to take one,
    the director answers each client with an ICMP error, and the client sees
    "connection refused".
Wrong
    real_servers: {web1: {weight: 0}, web2: {weight: 0}}
Right
    real_servers: {web1: {weight: 0}, web2: {weight: 1}}; or a sorry_server
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_leave()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, named, once

RULE = Rule("every-weight-zero", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the first of the weights is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if not service.members or service.sorry is not None or any(member.weight for member in service.members):
            continue
        first = service.members[0].origin
        at = first.at("weight") if first.says("weight") else service.origin.at("weight")
        who = named(member.server for member in service.members)
        have = "all have" if len(service.members) > 1 else "has"
        message = f"{who} of service {service.name} {have} weight 0: every client is refused"
        yield at, RULE.at(at, message, "give one of them a weight above 0, or add a `sorry_server`")
