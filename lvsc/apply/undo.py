"""The way back: every change undone in reverse, where the thing still is what we wrote, and the result read back."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lvsc.apply.door import Door
from lvsc.apply.store import COMMITTED, Current, Journal, Store
from lvsc.finding import LvscError, Refused
from lvsc.plan.order import Stage, Step
from lvsc.plan.thing import Change, File, Key, Setting, Things, Value

Written = dict[Key, list[Value | None]]
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Undone:
    """How a way back ended; `left` are the things that are not as they were, with why, each a sentence."""

    left: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the host is exactly as before."""
        return not self.left


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Signals that would end the way back half-way are left unheard."""
    try:
        former: list[Any] = [signal.signal(number, signal.SIG_IGN) for number in _SIGNALS]
    except ValueError:  # not the main thread: nobody can send it one
        yield
        return
    try:
        yield
    finally:
        for number, handler in zip(_SIGNALS, former, strict=True):
            signal.signal(number, handler)


def recover(door: Door, store: Store, booting: bool = False) -> Undone | None:
    """End what a killed apply left: taken back, or brought to its end if it was committed; None when there is nothing.

    `booting`: the kernel that the journal speaks of is gone, whatever its namespace says.
    Raises Refused when the journal is of another network namespace.
    """
    store.sweep()
    journal = store.journal()
    if journal is None:
        return None
    if journal.phase == COMMITTED:
        commit(store, journal, store.current())
        return Undone()
    boot, netns = door.identity()
    same = (journal.boot, journal.netns) == (boot, netns)
    if journal.boot == boot and not same and not booting:
        raise Refused(
            f"an apply in another network namespace (number {journal.netns}) has not ended",
            "end it there, or run `lvsc boot` here if that namespace is gone",
        )
    return take_back(door, store, journal, kernel=same)


def take_back(door: Door, store: Store, journal: Journal, kernel: bool = True) -> Undone:
    """Undo a journal's steps; `kernel` False: only its files, for a kernel that is gone."""
    with undisturbed():
        left: dict[Key, str] = {}
        steps = journal.steps if kernel else tuple(map(_files, journal.steps))
        written = _written(steps)
        for step in reversed(steps):
            _undo(door, step, journal.table if kernel else None, written, left)
        left.update(_differences(door, written, left))
        store.end_journal()
    return Undone(tuple(left.values()))


def _files(step: Step) -> Step:
    return replace(step, changes=tuple(change for change in step.changes if isinstance(change.key, File)))


def _undo(door: Door, step: Step, table: Things | None, written: Written, left: dict[Key, str]) -> None:
    """Undo one step as far as it was made; what cannot be undone is told, and the rest goes on.

    `table` is what keepalived reloads to; None where no kernel is left to do so.
    """
    try:
        for change in step.changes:
            if isinstance(change.key, File):
                door.files.clean(change.key)
        live = door.read([change.key for change in step.changes])
        if step.stage is Stage.HANDOVER:
            todo = list(_taken_back(step.changes, live))
        else:
            todo = list(_still_ours(step.changes, live, written, left))
        if todo:
            door.perform(todo)
            if step.stage is Stage.KEEPALIVED and table is not None:
                _as_before(door, step, table)
    except (LvscError, OSError) as error:
        for change in step.changes:
            left.setdefault(change.key, f"{thing(change.key)}: {error}")


def _as_before(door: Door, step: Step, table: Things) -> None:
    """Without its file keepalived did not run before."""
    if step.changes[0].before is None:
        door.stop()
    else:
        door.reload(table, ())


def _taken_back(changes: Iterable[Change], live: Things) -> Iterator[Change]:
    """What keepalived was given: it may have removed it, or changed what checks decide."""
    for change in changes:
        now = live.get(change.key)
        if now != change.before:
            yield Change(change.key, now, change.before)


def _still_ours(changes: Sequence[Change], live: Things, written: Written, left: dict[Key, str]) -> Iterator[Change]:
    """Undo what is as this step wrote it; what is as no step of ours wrote it is left.

    A thing may be changed by several steps (quiesced, then edited); one that was not reached has an earlier value.
    """
    for change in reversed(changes):
        now = live.get(change.key)
        if isinstance(change.key, Setting) and change.before is None:
            continue  # it goes with its device
        if now == change.after:
            yield change.undo
        elif now not in written[change.key]:
            left.setdefault(change.key, f"{thing(change.key)} was changed by somebody else meanwhile, and left so")


def _written(steps: Iterable[Step]) -> Written:
    """Every value that a thing has on the way, the first one first."""
    found: dict[Key, list[Value | None]] = {}
    for change in (change for step in steps for change in step.changes):
        found.setdefault(change.key, [change.before]).append(change.after)
    return found


def _differences(door: Door, written: Written, told: dict[Key, str]) -> dict[Key, str]:
    """Read back: what is not as it was, though nothing was said of it."""
    live = door.read(written)
    return {
        key: f"{thing(key)} is not what it was"
        for key, values in written.items()
        if live.get(key) != values[0] and key not in told
    }


def commit(store: Store, journal: Journal, current: Current) -> Current:
    """Bring a committed apply to its end: what lvsc owns now, and no journal any more. May be done twice."""
    written = _written(journal.steps)
    owned: dict[Key, Value | None] = dict(current.owned)
    for key in journal.wanted.things:
        # A thing that was right before is owned, too, and goes back to what it was.
        owned.setdefault(key, written[key][0] if key in written else journal.wanted.things[key])
    owned = {key: value for key, value in owned.items() if not journal.wanted.of_daemon(key)}
    if journal.generation != current.generation:
        store.write_generation(journal.generation, journal.wanted, journal.started)
    new = Current(journal.generation, owned, current.drained)
    store.write_current(new)
    store.end_journal()
    return new


def thing(key: Key) -> str:
    """A thing as people call it."""
    parts = [str(part) for part in key[:-1] if part != ""]
    return f"{key.kind} {' '.join(parts)}"
