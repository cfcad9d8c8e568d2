"""A plan: what is to be done on one host, what it does to traffic, and why it may not be done."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from lvsc.plan.order import TEMPLATE, Leaving, Step, leaving, other_method, steps
from lvsc.plan.proof import unsafe
from lvsc.plan.thing import (
    Address,
    Change,
    Key,
    RouteValue,
    Server,
    ServerValue,
    Service,
    ServiceValue,
    SettingValue,
    Things,
    Value,
    service_of,
    things_json,
)
from lvsc.plan.wanted import KEEPALIVED, PERSISTENT, Wanted, digest, quieted

_BY_ORDER = ("sh", "mh")
_ONE = "apply the one change, then the other"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one host, and what leaves after their commit.

    `digest` binds it to what was observed; `foreign` are services of somebody
    else, left alone; `refusals` say why there is no safe way, `notes` what to know.
    """

    host: str
    digest: str
    steps: tuple[Step, ...]
    leaving: tuple[Leaving, ...]
    foreign: tuple[Service, ...]
    refusals: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is to be done."""
        return not self.steps and not self.leaving


def make(live: Things, wanted: Wanted, owned: Mapping[Key, Value | None], drained: Collection[str] = ()) -> Plan:
    """The way from what was observed to what is wanted.

    `owned` are the things that lvsc has put on this host, with what was there before;
    `drained` the addresses of real servers that an operator took out.
    """
    wanted = replace(wanted, things=_adopted(live, quieted(wanted.things, drained)))
    ours = without_daemon(live, wanted)
    leaves = leaving(ours, wanted.things, owned)
    given = _given(live, wanted, owned)
    todo = steps(ours, wanted.things, leaves, given)
    foreign = [
        key
        for key in live
        if isinstance(key, Service) and not (key in wanted.things or key in wanted.table or key in owned)
    ]
    return Plan(
        host=wanted.host,
        digest=_digest({**ours, **{change.key: live[change.key] for change in given}}),
        steps=tuple(todo),
        leaving=tuple(leaves),
        foreign=tuple(sorted(foreign)),
        refusals=(*_refusals(leaves), *_not_given(live, wanted, owned, given), *unsafe(ours, todo, wanted)),
        notes=(*_floating(given), *_notes(ours, todo, wanted)),
    )


def _adopted(live: Things, things: Things) -> dict[Key, Value]:
    """A route that is right is taken as it is, whoever made it."""
    return {
        key: now
        if isinstance(value, RouteValue)
        and isinstance(now := live.get(key), RouteValue)
        and (now.via, now.device) == (value.via, value.device)
        else value
        for key, value in things.items()
    }


def without_daemon(live: Things, wanted: Wanted) -> dict[Key, Value]:
    """Without what is keepalived's: it changes weights and members as checks say, and moves VIPs."""
    return {key: value for key, value in live.items() if not wanted.of_daemon(key)}


def _given(live: Things, wanted: Wanted, owned: Mapping[Key, Value | None]) -> list[Change]:
    """What lvsc has put on this host and keepalived is to hold from now on."""
    return [
        Change(key, live[key], wanted.table.get(key, live[key]))
        for key in (*wanted.table, *(key for key in owned if isinstance(key, Address)))
        if key in live and service_of(key) in owned and wanted.of_daemon(key)
    ]


def _not_given(live: Things, wanted: Wanted, owned: Mapping[Key, Value | None], given: list[Change]) -> Iterator[str]:
    """keepalived keeps a real server that it finds in a service and does not know, and edits nothing that it finds."""
    for change in given:
        if other_method(change):
            yield f"{_name(change.key, wanted)} goes to keepalived and gets another forwarding method at once; {_ONE}"
    for key in live:
        if isinstance(key, Server) and key.service in owned and key.service in wanted.table and key not in wanted.table:
            yield f"{_name(key.service, wanted)} goes to keepalived and loses {_name(key, wanted)} at once; {_ONE}"


def _floating(given: list[Change]) -> Iterator[str]:
    for change in given:
        if isinstance(change.key, Address):
            yield (
                f"VIP {change.key.address} begins to float: keepalived takes it away when it starts, until it is "
                "master (three advert intervals)"
            )


def _digest(live: Things) -> str:
    """What was observed, as one number."""
    return digest(json.dumps(sorted(things_json(live), key=lambda each: json.dumps(each[0]))).encode())


def _refusals(leaves: list[Leaving]) -> Iterator[str]:
    if any(each.key == KEEPALIVED for each in leaves):
        yield (
            "keepalived owns the table of this host and would not any more: when it stops it takes its services and "
            "VIPs away; stop it first, or keep health checks or failover"
        )


def _notes(live: Things, todo: list[Step], wanted: Wanted) -> Iterator[str]:
    yield from _pinned(live, todo, wanted)
    before, after = _members(live), _members(wanted.things)
    for service, servers in after.items():
        value = wanted.things[service]
        if isinstance(value, ServiceValue) and value.scheduler in _BY_ORDER and service in before:
            stay = [server for server in before[service] if server in wanted.things]
            if [*stay, *(server for server in servers if server not in live)] != servers:
                yield (
                    f"{named(service, wanted)} maps clients by the order of its real servers ({value.scheduler}), "
                    "and a director that is loaded anew has another order: a failover moves clients"
                )


def _pinned(live: Things, todo: list[Step], wanted: Wanted) -> Iterator[str]:
    """Persistent services whose clients stay with a real server that is quiesced."""
    if live.get(TEMPLATE, SettingValue(0)) != SettingValue(0):
        return
    for server in _quieted(todo):
        value = live.get(server.service)
        if isinstance(value, ServiceValue) and value.flags & PERSISTENT:
            yield (
                f"{named(server.service, wanted)} is persistent: the clients of {named(server, wanted)} go on "
                f"coming to it until {value.timeout} s after their last connection "
                "(net.ipv4.vs.expire_quiescent_template is 0)"
            )


def _quieted(todo: list[Step]) -> Iterator[Server]:
    for key, before, after in (change for step in todo for change in step.changes):
        known = isinstance(before, ServerValue) and isinstance(after, ServerValue)
        if known and isinstance(key, Server) and before.weight and not after.weight:  # type: ignore[union-attr]
            yield key


def _members(things: Things) -> dict[Service, list[Server]]:
    """The real servers of every service, in the order of insertion."""
    found: dict[Service, list[Server]] = {}
    for key in things:
        if isinstance(key, Server):
            found.setdefault(key.service, []).append(key)
    return found


def _name(key: Key, wanted: Wanted) -> str:
    return named(key, wanted) if isinstance(key, (Service, Server)) else str(key)


def named(key: Service | Server, wanted: Wanted) -> str:
    """`http (192.0.2.100:80/tcp)`: by the topology's name where it has one."""
    name = wanted.names.get(key)
    return f"{name} ({key})" if name and name != str(key) else str(key)
