"""Weights differ, but the scheduler does not look at them.

Why it hurts
    To rr, lc and dh a weight is zero or not zero. A large real server gets no
    more than a small one, and who reads the file believes otherwise.
Wrong
    scheduler: rr, real_servers: {web1: {weight: 3}, web2: {weight: 1}}
Right
    scheduler: wrr, real_servers: {web1: {weight: 3}, web2: {weight: 1}}
Source
    net/netfilter/ipvs/ip_vs_rr.c, ip_vs_lc.c, ip_vs_dh.c
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import Scheduler

RULE = Rule("weights-ignored", Severity.INFO)
_INSTEAD = {Scheduler.RR: Scheduler.WRR, Scheduler.LC: Scheduler.WLC, Scheduler.DH: Scheduler.MH}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the scheduler is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        instead = _INSTEAD.get(service.scheduler)
        members = [member for member in service.members if member.weight] if instead else []
        other = next((member for member in members if member.weight != members[0].weight), None)
        if instead is None or other is None:
            continue
        at, first, word = service.origin.at("scheduler"), members[0], service.scheduler.value
        weights = f"{first.server} has weight {first.weight} and {other.server} {other.weight}"
        message = f"{weights} in service {service.name}, but {word} ignores weights: both get the same share"
        if service.scheduler is Scheduler.DH:
            message = f"{weights} in service {service.name}, but dh ignores weights"
        remedy = f"use `scheduler: {instead.value}`, or remove the weights"
        yield at, RULE.at(at, message, remedy, [Note(first.origin.at("weight"), f"{word} does not read it")])
