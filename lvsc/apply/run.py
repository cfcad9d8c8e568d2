"""An apply: journal, steps, reading back, confirmation, commit; on any failure the way back."""

from __future__ import annotations

import contextlib
import enum
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lvsc.apply.door import Door
from lvsc.apply.drain import wait_drained
from lvsc.apply.store import APPLYING, COMMITTED, PENDING, Current, Journal, Store
from lvsc.apply.undo import commit, take_back, thing, undisturbed
from lvsc.finding import LvscError, Refused
from lvsc.plan.make import Plan
from lvsc.plan.order import Stage, Step
from lvsc.plan.thing import File, Server, Service, Value
from lvsc.plan.wanted import Wanted

Tell = Callable[[str], None]
Arm = Callable[[Journal], Callable[[], None]]
Probe = Callable[[], str | None]


class Ending(enum.Enum):
    """How an apply ended."""

    COMMITTED = "committed"
    PENDING = "pending"
    ROLLED_BACK = "rolled back"
    INCOMPLETE = "rollback incomplete"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended, and why where it failed; `left` is what is not as it was."""

    ending: Ending
    why: str = ""
    left: tuple[str, ...] = ()
    journal: Journal | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How an apply is to be done.

    `confirm_within`: seconds after which it is taken back unless confirmed, None for
    no watch; `manual`: a person confirms, else reading back and the probe do.
    `drain`: the most seconds to wait for connections to end where a step must.
    `again`: what is wanted is what is committed, so the generation stays.
    """

    confirm_within: float | None = 60.0
    manual: bool = False
    drain: float = 30.0
    again: bool = False
    probe: Probe = field(default=lambda: None)
    arm: Arm = field(default=lambda journal: lambda: None)
    tell: Tell = field(default=lambda text: None)


def perform(door: Door, store: Store, plan: Plan, wanted: Wanted, manner: Manner) -> Outcome:
    """Carry out a plan, all or nothing. The lock is held, and nothing is left of an earlier apply.

    Raises Refused when not even the journal could be written.
    """
    journal = _begin(door, store, plan, wanted, manner)
    disarm = _armed(store, journal, manner)
    try:
        _act(door, [step for step in plan.steps if step.stage is not Stage.FILES], wanted, manner)
        read_back(door, [step for step in plan.steps if step.stage not in (Stage.HANDOVER, Stage.FILES)])
        failed = manner.probe()
        if failed:
            raise LvscError(f"the probe failed: {failed}")
        if manner.manual:
            store.write_journal(journal.at(PENDING))
            return Outcome(Ending.PENDING, journal=journal.at(PENDING))
        finish(door, store, journal)
    except BaseException as error:
        outcome = _failed(door, store, journal, error)
        disarm()
        if isinstance(error, (LvscError, OSError)):
            return outcome
        raise
    disarm()
    return Outcome(Ending.COMMITTED, journal=journal)


def _begin(door: Door, store: Store, plan: Plan, wanted: Wanted, manner: Manner) -> Journal:
    """Write down all that undoes the plan, before anything is done."""
    boot, netns = door.identity()
    within = manner.confirm_within
    try:
        for data in wanted.contents.values():
            door.files.store(data)
        for change in (change for step in plan.steps for change in step.changes):
            if isinstance(change.key, File) and change.before is not None:
                door.files.keep(change.key)
        journal = Journal(
            id=secrets.token_hex(8),
            phase=APPLYING,
            boot=boot,
            netns=netns,
            started=time.time(),
            deadline=None if within is None else door.boottime() + within,
            generation=store.current().generation + (not manner.again),
            wanted=wanted,
            steps=plan.steps,
            table={key: value for key, value in door.read([]).items() if isinstance(key, (Service, Server))},
        )
        store.write_journal(journal)
    except (LvscError, OSError) as error:
        with contextlib.suppress(OSError):
            store.end_journal()
        raise Refused(f"the journal cannot be written: {error}", "make room in /var/lib/lvsc") from error
    return journal


def _armed(store: Store, journal: Journal, manner: Manner) -> Callable[[], None]:
    """Arm the way back outside this process, so that it comes also when this process is killed."""
    if journal.deadline is None:
        return lambda: None
    try:
        return manner.arm(journal)
    except (LvscError, OSError) as error:
        store.end_journal()
        raise Refused(f"the rollback cannot be armed: {error}", "or use --confirm none") from error


def _act(door: Door, steps: Iterable[Step], wanted: Wanted, manner: Manner) -> None:
    for step in steps:
        manner.tell(step.stage.value)
        busy = wait_drained(door, step.waits, manner.drain)
        if busy:
            server, count = next(iter(busy.items()))
            many = "1 connection" if count == 1 else f"{count} connections"
            raise LvscError(
                f"{server} of {server.service} still has {many} after {manner.drain:g} s",
                "give --drain more seconds: its forwarding method can only change when it has none",
            )
        door.perform([change for change in step.changes if change.before != change.after])
        if step.stage is Stage.KEEPALIVED:
            door.reload(wanted.table, wanted.floating)


def read_back(door: Door, steps: Iterable[Step]) -> None:
    """Compare what is live with what was written, field by field. Raises LvscError with the first difference."""
    last = {change.key: change.after for step in steps for change in step.changes}
    live = door.read(last)
    for key, value in last.items():
        now = live.get(key)
        if now != value:
            raise LvscError(
                f"{thing(key)} is {_words(now)} instead of {_words(value)}, read back", "look who else changes it"
            )


def _words(value: Value | None) -> str:
    if value is None:
        return "absent"
    return ", ".join(f"{name} {each}" for name, each in value._asdict().items())


def finish(door: Door, store: Store, journal: Journal) -> Current:
    """Confirmed: the files for the next boot, then the commit. Raises when a file cannot be written."""
    files = [step for step in journal.steps if step.stage is Stage.FILES]
    for step in files:
        door.perform(step.changes)
    read_back(door, files)
    committed = journal.at(COMMITTED)
    store.write_journal(committed)
    return commit(store, committed, store.current())


def _failed(door: Door, store: Store, journal: Journal, error: BaseException) -> Outcome:
    """After a failure: back to before, or on to the end where it was committed already."""
    why = str(error) or type(error).__name__
    found = store.journal()
    if found is not None and found.phase == COMMITTED:
        try:
            with undisturbed():
                commit(store, found, store.current())
        except (LvscError, OSError):
            return Outcome(Ending.COMMITTED, why, journal=journal)  # a later run ends it
    if found is None or found.phase == COMMITTED:
        return Outcome(Ending.COMMITTED, journal=journal)
    undone = take_back(door, store, journal)
    return Outcome(Ending.ROLLED_BACK if undone.whole else Ending.INCOMPLETE, why, undone.left, journal)
