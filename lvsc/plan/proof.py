"""Every state between the first and the last, played on the table of things and judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.plan.order import Step
from lvsc.plan.thing import Address, Key, Server, ServerValue, Service, Setting, Things, Value
from lvsc.plan.wanted import Wanted


def replay(live: Things, steps: Iterable[Step]) -> Iterator[tuple[Step, dict[Key, Value]]]:
    """Each step, and what the host holds after it."""
    now = dict(live)
    for step in steps:
        for change in step.changes:
            if change.after is None:
                now.pop(change.key, None)
            else:
                now[change.key] = change.after
        yield step, dict(now)


def unsafe(live: Things, steps: list[Step], wanted: Wanted) -> Iterator[str]:
    """Why a plan may not be carried out: what each state in between would break that both ends keep."""
    serving = _serving(live) & _serving(wanted.things)
    told: set[Key] = set()
    for step, now in replay(live, steps):
        for service in sorted(serving - _serving(now) - told):
            told.add(service)
            yield (
                f"{wanted.names.get(service, service)}: no real server would take new connections while "
                f"another forwarding method is set on its only one ({step.stage.value}); add another real server first"
            )
        yield from _unready(now, live, wanted, told)


def _serving(things: Things) -> set[Service]:
    """The services that have a real server with a weight."""
    return {
        key.service
        for key, value in things.items()
        if isinstance(key, Server) and isinstance(value, ServerValue) and value.weight
    }


def _unready(now: Things, live: Things, wanted: Wanted, told: set[Key]) -> Iterator[str]:
    """A VIP must not lie on a host before the settings that keep it from answering for it."""
    late = [key for key, value in wanted.things.items() if isinstance(key, Setting) and now.get(key) != value]
    for key in now if late else ():
        if isinstance(key, Address) and key not in live and key not in told:
            told.add(key)
            yield f"{key.address} would lie on {key.device} before {late[0].path} is set"
