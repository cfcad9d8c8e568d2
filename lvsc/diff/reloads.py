"""What a reload of keepalived, or a start of the unit that restores the table, makes of a change.

keepalived 2.2.7, seen on live tables: weight, scheduler, flags, persistence and
forwarding method are edited in place; what is taken out is deleted at once; a
change of thresholds alone is not noticed. `ipvsadm -R` adds, and edits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lvsc.diff.connections import server_key, service_key
from lvsc.state import Destination, Hosts, HostState, VirtualService
from lvsc.words import Scheduler

_HASHES = (Scheduler.SH, Scheduler.MH, Scheduler.DH)
Services = Mapping[object, VirtualService]


@dataclass(frozen=True, slots=True)
class Reload:
    """What becomes of one change on one director: "added", "edited", "deleted", "unnoticed" or "restart"."""

    director: str
    does: str
    what: str


def reloads(before: Hosts, after: Hosts) -> list[Reload]:
    """For each director that is on both sides, what its own tool makes of the new table."""
    found: dict[Reload, None] = {}
    for name, new in after.items():
        old = before.get(name)
        if old is not None and (old.ipvs or new.ipvs) and new.managed:
            found.update(dict.fromkeys(_reload(old, new)))
    return list(found)


def _reload(old: HostState, new: HostState) -> Iterator[Reload]:
    if old.keepalived != new.keepalived and old.ipvs and new.ipvs:
        to = "keepalived takes the table over" if new.keepalived else "keepalived stops and empties the table"
        yield Reload(new.name, "restart", f"{to}; the unit lvsc-table {'goes' if new.keepalived else 'fills it again'}")
        return
    changes = [*_table_changes(_table(old), _table(new))]
    if old.keepalived or new.keepalived:
        yield from (Reload(new.name, does, what) for does, what in changes)
        return
    for does, what in changes:
        yield Reload(new.name, "added" if does == "added" else "unnoticed", what)


def _table(host: HostState) -> Services:
    return {service_key(service): service for service in host.ipvs}


def _table_changes(old: Services, new: Services) -> Iterator[tuple[str, str]]:
    for key, service in old.items():
        if key not in new:
            yield "deleted", f"{service} of {service.name}"
    for key, service in new.items():
        if key not in old:
            yield "added", f"{service} of {service.name}"
        else:
            yield from _service_changes(old[key], service)


def _service_changes(old: VirtualService, new: VirtualService) -> Iterator[tuple[str, str]]:
    for what, one, other in (
        ("scheduler", old.scheduler.value, new.scheduler.value),
        ("flags", _flags(old), _flags(new)),
        ("persistence", f"{old.persistence} s", f"{new.persistence} s"),
        ("netmask of persistence", old.netmask, new.netmask),
    ):
        if one != other:
            late = ", in which new connections are refused for some milliseconds" if what == "scheduler" else ""
            yield "edited", f"{new.name}: {what} {one} to {other}{late}"
    before, after = ({server_key(each): each for each in side.destinations} for side in (old, new))
    yield from (("deleted", f"{new.name}: {each.name}") for key, each in before.items() if key not in after)
    for key, each in after.items():
        if key not in before:
            yield "added", f"{new.name}: {each.name}"
        elif each != replace(before[key], name=each.name):
            yield _server_change(new.name, before[key], each)
    if new.scheduler in _HASHES and before.keys() != after.keys():
        yield "edited", f"{new.name}: {new.scheduler.value} sends clients to other real servers than before"


def _flags(service: VirtualService) -> str:
    return ", ".join(flag.value for flag in service.flags) or "none"


def _server_change(service: str, old: Destination, new: Destination) -> tuple[str, str]:
    bare = replace(old, upper_threshold=new.upper_threshold, lower_threshold=new.lower_threshold, name=new.name)
    if bare == new:
        return "unnoticed", f"{service}: thresholds of {new.name}, until something else of it changes"
    told = f"weight {old.weight} to {new.weight}" if old.weight != new.weight else "another way to send to it"
    drained = ": it gets no new connections, those it has go on" if new.weight == 0 and old.weight else ""
    return "edited", f"{service}: {new.name}, {told}{drained}"
