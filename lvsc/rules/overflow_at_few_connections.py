"""The scheduler ovf refuses clients after a few connections.

Why it hurts
    ovf fills the real server with the greatest weight, then the next; the
    weight is the number of connections at which one is full. With the usual
    small weights all are full after a handful of them, and the director
    refuses every further client.
Wrong
    scheduler: ovf, real_servers: [web1, web2]
Right
    scheduler: ovf, real_servers: {web1: {weight: 2000}, web2: {weight: 1000}}
Source
    net/netfilter/ipvs/ip_vs_ovf.c ip_vs_ovf_schedule()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import Protocol, Scheduler

RULE = Rule("overflow-at-few-connections", Severity.WARNING)
_FEW = 100


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the scheduler is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        # An entry of UDP never counts as active (ip_vs_bind_dest), so that nothing overflows.
        if service.scheduler is not Scheduler.OVF or service.protocols == (Protocol.UDP,):
            continue
        open_ones = [member for member in service.members if member.weight]
        most = sum(member.weight + 1 for member in open_ones)
        if 0 < most < _FEW:
            message = f"service {service.name} (ovf) takes {most} connections at once and refuses the rest"
            message = f"{message}: a weight is the number at which a real server is full"
            at, greatest = service.origin.at("scheduler"), max(open_ones, key=lambda member: member.weight)
            note = Note(greatest.origin.at("weight"), f"{greatest.server} has weight {greatest.weight}")
            yield at, RULE.at(at, message, "write as weights how many connections each can hold", [note])
