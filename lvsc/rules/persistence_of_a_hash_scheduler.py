"""A service with persistence has a scheduler that hashes.

Why it hurts
    sh and mh send a client to the same real server each time, without
    remembering it; dh does so for a destination. With persistence the hash
    decides only once, and the director remembers the client: it stays where
    it was when real servers come and go, and a backup director does not know
    of it.
Wrong
    scheduler: sh, persistence: 5m
Right
    scheduler: sh; or scheduler: wlc, persistence: 5m
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_sched_persist()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import Scheduler

RULE = Rule("persistence-of-a-hash-scheduler", Severity.INFO)
_HASHES = (Scheduler.SH, Scheduler.MH, Scheduler.DH)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place to change."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if service.persistence is None or service.scheduler not in _HASHES:
            continue
        if service.mark is None and (0, 0) in service.ports:
            continue
        word = service.scheduler.value
        who = f"service {service.name} has persistence of {service.persistence.timeout} s and scheduler {word}"
        message = f"{who}: the hash decides only about a client's first connection"
        own = service.origin.says("persistence")
        remedy = f"{'remove `persistence`' if own else 'write `persistence: null`'}, or use `scheduler: wlc`"
        at = service.origin.at("persistence") if own else service.origin.at("scheduler")
        yield at, RULE.at(at, message, remedy, [Note(service.origin.at("scheduler"), "the scheduler that hashes")])
