"""The weights of a service with scheduler sh add up to more than its table holds.

Why it hurts
    sh has 256 places and gives each real server as many as its weight, one
    real server after the other, until all are taken. The last ones get fewer
    clients than their weight says, or none: of two with weight 1000 one gets
    all.
Wrong
    scheduler: sh, real_servers: {web1: {weight: 1000}, web2: {weight: 1000}}
Right
    scheduler: sh, real_servers: {web1: {weight: 1}, web2: {weight: 1}}; or scheduler: mh
Source
    net/netfilter/ipvs/ip_vs_sh.c ip_vs_sh_reassign(), IP_VS_SH_TAB_SIZE
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import Scheduler

RULE = Rule("sh-weights-overflow", Severity.WARNING)
_PLACES = 256


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the scheduler is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if service.scheduler is not Scheduler.SH:
            continue
        weights = [member.weight for member in service.members if member.weight]
        if len(weights) > 1 and sum(weights) > _PLACES:
            at = service.origin.at("scheduler")
            who = f"service {service.name} (sh) has weights of {sum(weights)} together"
            message = f"{who}, but sh has {_PLACES} places: some real servers get few clients or none"
            greatest = max(service.members, key=lambda member: member.weight)
            note = Note(greatest.origin.at("weight"), f"{greatest.server} has weight {greatest.weight}")
            yield at, RULE.at(at, message, _remedy(weights), [note])


def _remedy(weights: Sequence[int]) -> str:
    common = math.gcd(*weights)
    if sum(weights) // common <= _PLACES:
        return f"divide the weights by {common}, or use `scheduler: mh`"
    return f"use `scheduler: mh`, or weights of {_PLACES} together"
