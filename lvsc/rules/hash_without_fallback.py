"""A scheduler that hashes has no fallback for a real server that takes no connections.

Why it hurts
    sh, mh and dh send a client to the real server that its hash names, and
    to no other. With weight 0, or at its upper threshold, that one takes no
    connections, and its clients see "connection refused" while the others
    stand idle. dh has no fallback at all.
Wrong
    scheduler: sh, real_servers: {web1: {weight: 1}, web2: {weight: 0}}
Right
    the same with scheduler_flags: fallback
Source
    net/netfilter/ipvs/ip_vs_sh.c is_unavailable(), ip_vs_mh.c, ip_vs_dh.c
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Fix, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.mending import put, stating
from lvsc.topology import Member, Service
from lvsc.words import Scheduler, SchedulerFlag

RULE = Rule("hash-without-fallback", Severity.WARNING)
_HASHES = (Scheduler.SH, Scheduler.MH, Scheduler.DH)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a scheduler or its flags are stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if service.scheduler in _HASHES and SchedulerFlag.FALLBACK not in service.flags:
            member = _unavailable(service)
            if member is not None:
                at = service.origin.at("scheduler_flags" if service.flags else "scheduler")
                who = f"service {service.name} ({service.scheduler.value}) has no fallback"
                message = f"{who}: {_refused(service, member)}"
                key = "upper_threshold" if member.weight else "weight"
                note = Note(member.origin.at(key), "this one can be unavailable")
                yield at, RULE.at(at, message, _remedy(service, member), [note], fix=_fix(service))


def _unavailable(service: Service) -> Member | None:
    """The first real server that takes no connections, now or at times, while another may."""
    if len(service.members) < 2 or not any(member.weight for member in service.members):
        return None
    closed = (member for member in service.members if not member.weight)
    return next(closed, None) or next((member for member in service.members if member.upper_threshold), None)


def _refused(service: Service, member: Member) -> str:
    what = "destinations" if service.scheduler is Scheduler.DH else "clients"
    if member.weight:
        return f"{what} that hash to {member.server} are refused once it has {member.upper_threshold} connections"
    if service.scheduler is Scheduler.MH:
        # __ip_vs_update_dest() keeps last_weight: mh skips what was added with 0, and not what was set to 0.
        return f"{what} that hash to {member.server} are refused when its weight goes to 0 while it serves"
    return f"{what} that hash to {member.server} (weight 0) are refused"


def _remedy(service: Service, member: Member) -> str:
    if service.scheduler is Scheduler.DH:
        key = "`upper_threshold`" if member.weight else "`weight: 0`"
        return f"choose a scheduler other than dh, or take {member.server} out instead of using {key}"
    flags = _flags(service)
    shown = f"[{', '.join(flags)}]" if service.flags else flags[0]
    return f"write `scheduler_flags: {shown}`"


def _flags(service: Service) -> list[str]:
    return [SchedulerFlag.FALLBACK.value, *(flag.value for flag in service.flags)]


def _fix(service: Service) -> Fix | None:
    if service.scheduler is Scheduler.DH:
        return None
    flags = _flags(service)
    node = stating(service.origin, "scheduler_flags" if service.flags else "scheduler")
    return put(node, "scheduler_flags", flags if service.flags else flags[0])
