"""Waiting for connections to end, and removing what has none any more."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from lvsc.apply.door import Door
from lvsc.apply.store import Current, Store
from lvsc.plan.make import without_daemon
from lvsc.plan.order import Leaving, leaving
from lvsc.plan.thing import Change, Server, service_of
from lvsc.plan.wanted import Wanted

_BETWEEN = 0.5


def wait_drained(door: Door, servers: Iterable[Server], seconds: float) -> dict[Server, int]:
    """Wait until none of them has a connection, at most so long; returns those that still have, with how many.

    Active and inactive ones count: of an inactive one the last packets may still be on their way.
    """
    servers = list(servers)
    until = time.monotonic() + seconds
    while True:
        left = {server: count for server, count in door.connections(servers).items() if count}
        if not left or time.monotonic() >= until:
            return left
        _pause(until)


def _pause(until: float) -> None:
    time.sleep(min(_BETWEEN, max(0.0, until - time.monotonic())))


def see_off(door: Door, store: Store, wanted: Wanted, seconds: float) -> tuple[Leaving, ...]:
    """Remove what leaves as it drains, at most so long; what still has connections then is left for a later run.

    What is gone is no longer owned. Raises LvscError when the kernel refuses a removal.
    """
    until = time.monotonic() + seconds
    while True:
        current = store.current()
        live = door.read([*wanted.things, *current.owned])
        pending = leaving(without_daemon(live, wanted), wanted.things, current.owned)
        busy = {server for server, count in door.connections(_waited(pending)).items() if count}
        ready = [each for each in pending if not busy & set(each.waits)]
        door.perform([Change(each.key, live[each.key], each.last) for each in ready])
        rest = [each for each in pending if each not in ready]
        _forget(store, current, wanted, rest)
        if not rest or (not ready and time.monotonic() >= until):
            return tuple(rest)
        if not ready:
            _pause(until)


def _waited(pending: Iterable[Leaving]) -> set[Server]:
    return {server for each in pending for server in each.waits}


def _forget(store: Store, current: Current, wanted: Wanted, rest: Iterable[Leaving]) -> None:
    """What has gone is not lvsc's any more."""
    still = {each.key for each in rest} | {service_of(each.key) for each in rest}
    owned = {key: value for key, value in current.owned.items() if key in wanted.things or key in still}
    if owned.keys() != current.owned.keys():
        store.write_current(replace(current, owned=owned))
