"""The scheduler fo has several real servers of the greatest weight to choose from.

Why it hurts
    fo sends all clients to the real server with the greatest weight, and to
    the next only when that one is gone. Between equal weights the one wins
    that came into the table last: not the first that is listed, and another
    one whenever a health check brings one back.
Wrong
    scheduler: fo, real_servers: [web1, web2]
Right
    scheduler: fo, real_servers: {web1: {weight: 2}, web2: {weight: 1}}
Source
    net/netfilter/ipvs/ip_vs_fo.c ip_vs_fo_schedule()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, named, once
from lvsc.words import Scheduler

RULE = Rule("standby-without-order", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the scheduler is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if service.scheduler is not Scheduler.FO or not service.members:
            continue
        greatest = max(member.weight for member in service.members)
        first = [member for member in service.members if member.weight == greatest]
        if greatest and len(first) > 1:
            who = named(member.server for member in first)
            message = f"service {service.name} (fo) has {who} with weight {greatest}: the one that was added last gets"
            message = f"{message} all clients"
            remedy = "give the one to serve a greater weight than the ones that stand by"
            at = service.origin.at("scheduler")
            yield at, RULE.at(at, message, remedy, [Note(first[0].origin.name, "the first of them")])
