"""The order of changes that loses nothing: new before old, edits in place, drain, then delete.

Measured for every step: a real server quiesced first loses no connection, a
deleted one black-holes or resets them; a service filled before its VIP is
there refuses nobody; a scheduler's edit refuses for some 20 ms unless ICMP
errors are held back (net/netfilter/ipvs/ip_vs_ctl.c: ip_vs_edit_service).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lvsc.plan.thing import (
    Address,
    Change,
    Device,
    File,
    Key,
    Marks,
    RouteTo,
    Server,
    ServerValue,
    Service,
    ServiceValue,
    Setting,
    SettingValue,
    Sync,
    Things,
    Timeouts,
    Value,
)
from lvsc.plan.wanted import KEEPALIVED


class Stage(enum.Enum):
    """What a step is about; its value says it in words."""

    SETTINGS = "kernel settings"
    DEVICES = "devices"
    DEVICE_SETTINGS = "kernel settings of new devices"
    TABLE = "IPVS table: new services, real servers and weights"
    GUARD = "hold back ICMP errors"
    SCHEDULERS = "IPVS table: services edited in place"
    UNGUARD = "let ICMP errors go again"
    QUIESCE = "IPVS table: no new connections"
    METHOD = "IPVS table: forwarding method, once drained"
    MARKS = "firewall marks"
    ADDRESSES = "addresses"
    ROUTES = "routes"
    HANDOVER = "given to keepalived as it will hold it"
    KEEPALIVED = "keepalived"
    FILES = "files for the next boot"
    LEAVING = "what leaves, once drained"


@dataclass(frozen=True, slots=True)
class Step:
    """Changes made together; `waits` are real servers that must have no connection first."""

    stage: Stage
    changes: tuple[Change, ...]
    waits: tuple[Server, ...] = ()

    @property
    def undo(self) -> Step:
        """The step that takes this one back, last change first."""
        return Step(self.stage, tuple(change.undo for change in reversed(self.changes)))


@dataclass(frozen=True, slots=True)
class Leaving:
    """What goes after the commit: its last value (None: away) and the real servers that must be drained first."""

    key: Key
    last: Value | None
    waits: tuple[Server, ...] = ()


# Writing these resets others.
# net/ipv4/devinet.c: inet_forward_change(); net/ipv6/addrconf.c: addrconf_fixup_forwarding()
_RESETS = ("net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding", "net/ipv6/conf/all/forwarding")
_FORWARDING = {"net/ipv4/ip_forward": "net/ipv4", "net/ipv6/conf/all/forwarding": "net/ipv6"}
_RATE = {4: Setting("net/ipv4/icmp_ratelimit"), 6: Setting("net/ipv6/icmp/ratelimit")}
# Milliseconds that every HZ gives back as they were written.
_HELD_BACK = SettingValue(1_000_000_000)
TEMPLATE = Setting("net/ipv4/vs/expire_quiescent_template")
ALSO_READ = (*_RATE.values(), TEMPLATE)


def settings_order(changes: Iterable[Change]) -> list[Change]:
    """Settings in the order to write them, there or back: first what resets others."""
    return sorted(changes, key=lambda change: (_path(change) not in _RESETS, _path(change)))


def _path(change: Change) -> str:
    assert isinstance(change.key, Setting)
    return change.key.path


def steps(live: Things, wanted: Things, leaves: Iterable[Leaving], given: Sequence[Change] = ()) -> list[Step]:
    """The steps from what is live to what is wanted; what leaves is only quiesced.

    `given` goes to keepalived, which takes what it finds as it is: first it is made what its file will say. A thing
    that is so already is among them, because keepalived removes it when it stops: the way back has to know of it.
    """
    changes = [Change(key, live.get(key), value) for key, value in wanted.items() if live.get(key) != value]
    by_kind: dict[str, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.key.kind, []).append(change)
    quiet = list(_quiesced(live, leaves))
    return [step for step in _steps(live, wanted, by_kind, quiet, given) if step.changes]


def _steps(
    live: Things,
    wanted: Things,
    by_kind: Mapping[str, list[Change]],
    quiet: list[Change],
    given: Sequence[Change],
) -> Iterator[Step]:
    made = {key.name for key in wanted if isinstance(key, Device) and key not in live}
    settings = by_kind.get("setting", [])
    later = [change for change in settings if made & set(_path(change).split("/"))]
    at_once = [change for change in settings if change not in later]
    yield Step(Stage.SETTINGS, tuple(settings_order([*at_once, *_implied(live, wanted, at_once)])))
    yield Step(Stage.DEVICES, tuple(by_kind.get("device", [])))
    yield Step(Stage.DEVICE_SETTINGS, tuple(settings_order(later)))
    yield from _table(live, by_kind, quiet)
    yield Step(Stage.MARKS, tuple(by_kind.get("marks", [])))
    yield Step(Stage.ADDRESSES, tuple(by_kind.get("address", [])))
    yield Step(Stage.ROUTES, tuple(by_kind.get("route", [])))
    yield from _guarded(live, Step(Stage.HANDOVER, tuple(given)), _rescheduled(given))
    files = by_kind.get("file", [])
    yield Step(Stage.KEEPALIVED, tuple(change for change in files if change.key == KEEPALIVED))
    yield Step(Stage.FILES, tuple(change for change in files if change.key != KEEPALIVED))


def _implied(live: Things, wanted: Things, changes: Iterable[Change]) -> Iterator[Change]:
    """The devices' own forwarding, which ip_forward rewrites: named, so that an undo brings back what each had."""
    for change in changes:
        family = _FORWARDING.get(_path(change))
        if family is None or change.before is None:
            continue
        for key, value in live.items():
            if isinstance(key, Setting) and key not in wanted and _is_forwarding(key.path, family):
                yield Change(key, value, change.after)


def _is_forwarding(path: str, family: str) -> bool:
    return path.startswith(f"{family}/conf/") and path.endswith("/forwarding") and path not in _RESETS


def _table(live: Things, by_kind: Mapping[str, list[Change]], quiet: list[Change]) -> Iterator[Step]:
    services = by_kind.get("service", [])
    servers = by_kind.get("server", [])
    method = [change for change in servers if other_method(change)]
    plain = [change for change in servers if not other_method(change)]
    new = [change for change in services if change.before is None]
    edits = [change for change in services if change.before is not None]
    first = (*new, *plain, *quiet, *by_kind.get("timeouts", []), *by_kind.get("sync", []))
    wide = {_family(key) for key in live if isinstance(key, Service) and (key.mark or not key.port)}
    yield from _guarded(live, Step(Stage.TABLE, first), wide & {_family(change.key) for change in new})
    yield from _guarded(live, Step(Stage.SCHEDULERS, tuple(edits)), _rescheduled(edits))
    for change in method:
        yield from _rolling(change)


def _rescheduled(changes: Iterable[Change]) -> set[int]:
    """The families in which a service gets another scheduler."""
    return {
        _family(change.key)
        for change in changes
        if isinstance(change.before, ServiceValue)
        and isinstance(change.after, ServiceValue)
        and change.before.scheduler != change.after.scheduler
    }


def _family(key: Key) -> int:
    assert isinstance(key, Service)
    return key.family


def _guarded(live: Things, step: Step, families: Iterable[int]) -> Iterator[Step]:
    """The step with the kernel's ICMP errors held back: a connection that comes meanwhile is retried, not refused.

    For families with a scheduler's edit, or with a new service that takes packets from one of all ports.
    """
    held = tuple(
        Change(key, live[key], _HELD_BACK)
        for key in (_RATE[family] for family in sorted(families))
        if live.get(key, _HELD_BACK) != _HELD_BACK
    )
    yield Step(Stage.GUARD, held)
    yield step
    yield Step(Stage.UNGUARD, tuple(change.undo for change in held))


def other_method(change: Change) -> bool:
    """Whether a real server is to be reached in another way."""
    before, after = change.before, change.after
    return isinstance(before, ServerValue) and isinstance(after, ServerValue) and _way(before) != _way(after)


def _way(value: ServerValue) -> tuple[object, ...]:
    return (
        (value.method, value.tunnel, value.tunnel_port, value.tunnel_flags)
        if value.method == "tun"
        else (value.method,)
    )


def _rolling(change: Change) -> Iterator[Step]:
    """Another forwarding method: no new connections, none left, then the edit; the route is shared by all of them.

    net/netfilter/ipvs/ip_vs_xmit.c: __ip_vs_get_out_rt() keeps one route for old and new connections.
    """
    key, before = change.key, change.before
    assert isinstance(key, Server)
    assert isinstance(before, ServerValue)
    idle = before._replace(weight=0)
    yield Step(Stage.QUIESCE, (Change(key, before, idle),) if before != idle else ())
    yield Step(Stage.METHOD, (Change(key, idle, change.after),), (key,))


def _quiesced(live: Things, leaves: Iterable[Leaving]) -> Iterator[Change]:
    """Real servers that leave get no new connections first."""
    for each in leaves:
        value = live.get(each.key)
        if isinstance(value, ServerValue) and value.weight:
            yield Change(each.key, value, value._replace(weight=0))


# What depends on something else leaves before it.
_LAST = (File, Server, Service, Sync, Timeouts, Marks, Address, RouteTo, Device, Setting)
_AT_ONCE = (File, Sync, Timeouts, Marks)


def leaving(live: Things, wanted: Things, owned: Mapping[Key, Value | None]) -> list[Leaving]:
    """What lvsc owns, or what lies in a service of its own, and no longer wants.

    `owned` tells what was there before lvsc came: that is what it goes back to.
    """
    going = [key for key in live if key not in wanted and _ours(key, wanted, owned)]
    servers: dict[Service, list[Server]] = {}
    for key in going:
        if isinstance(key, Server):
            servers.setdefault(key.service, []).append(key)
    every = tuple(server for each in servers.values() for server in each)
    found = [Leaving(key, _last(key, owned), _waits(key, servers, every)) for key in going]
    found = [each for each in found if each.last != live[each.key]]
    return sorted(found, key=lambda each: (_LAST.index(type(each.key)), each.key))


def _ours(key: Key, wanted: Things, owned: Mapping[Key, Value | None]) -> bool:
    return key in owned or (isinstance(key, Server) and (key.service in wanted or key.service in owned))


def _last(key: Key, owned: Mapping[Key, Value | None]) -> Value | None:
    """What a thing goes back to; an address that nobody wants any more answers for what is not served."""
    return None if isinstance(key, (Server, Service, Address)) else owned.get(key)


def _waits(key: Key, servers: Mapping[Service, list[Server]], every: tuple[Server, ...]) -> tuple[Server, ...]:
    """A real server waits for its own connections; a service, and what it stands on, for all that leave."""
    if isinstance(key, Server):
        return (key,)
    if isinstance(key, Service):
        return tuple(servers.get(key, ()))
    return () if isinstance(key, _AT_ONCE) else every
