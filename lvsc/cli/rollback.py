"""`lvsc rollback`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.host import STATE, Drain, Here, LockTimeout, RootFolder, StateFolder

if TYPE_CHECKING:
    from lvsc.apply.undo import Undone
    from lvsc.plan.wanted import Wanted

EXAMPLE = "Example: lvsc rollback"


def rollback(
    generation: Annotated[
        int | None, typer.Argument(min=1, help="Which generation (lvsc history); without it, the one before.")
    ] = None,
    unconfirmed: Annotated[str | None, typer.Option("--if-unconfirmed", metavar="ID", hidden=True)] = None,
    at: Annotated[float | None, typer.Option(hidden=True)] = None,
    drain: Drain = 30.0,
    lock_timeout: LockTimeout = 0.0,
    root: RootFolder = Path("/"),
    state: StateFolder = Path(STATE),
) -> None:
    """Undo an apply that waits to be confirmed or was interrupted; else go back to an earlier generation."""
    from lvsc.cli.host import here

    this = here(root, state)
    if unconfirmed is not None:
        _expired(this, unconfirmed, at)
    elif not _interrupted(this, generation, lock_timeout):
        _earlier(this, generation, drain, lock_timeout)


def back(this: Here) -> Undone:
    """Undo the journal, whoever wrote it; the lock is held."""
    from lvsc.apply.undo import recover

    undone = recover(this.door, this.store)
    assert undone is not None
    return undone


def _expired(this: Here, journal_id: str, at: float | None) -> None:
    """The armed rollback: at the deadline, if this journal still waits. It waits long for a lock."""
    from lvsc.apply.store import COMMITTED
    from lvsc.cli.host import held

    while at is not None and (left := at - this.door.boottime()) > 0:
        time.sleep(min(left, 5.0))
        journal = this.store.journal()
        if journal is None or journal.id != journal_id:
            return
    with held(this, 600.0):
        journal = this.store.journal()
        if journal is not None and journal.id == journal_id and journal.phase != COMMITTED:
            back(this)


def _interrupted(this: Here, generation: int | None, lock_timeout: float) -> bool:
    """Undo what has not ended, if anything has not."""
    from lvsc.apply import watch
    from lvsc.cli.console import say
    from lvsc.cli.host import held

    with held(this, lock_timeout):
        journal = this.store.journal()
        if journal is None:
            return False
        undone = back(this)
        watch.disarm(journal.id)
    if not undone.whole:
        say("lvsc: rolled back, but not all is as it was:" + "".join(f"\n  {each}" for each in undone.left))
        raise typer.Exit(codes.ROLLBACK_INCOMPLETE)
    say("lvsc: rolled back: all is as it was, read back")
    return generation is None


def _earlier(this: Here, generation: int | None, drain: float, lock_timeout: float) -> None:
    from lvsc.apply.prepare import fit, observe
    from lvsc.apply.run import Manner, perform
    from lvsc.cli.apply import end
    from lvsc.cli.host import held

    with held(this, lock_timeout):
        wanted = _of(this, generation)
        prepared = observe(this.door, this.store, wanted)
        fit(prepared, None)
        outcome = perform(this.door, this.store, prepared.plan, wanted, Manner(confirm_within=None, drain=drain))
        end(this, outcome, wanted, drain)


def _of(this: Here, generation: int | None) -> Wanted:
    """What a generation wanted. Raises Refused where it is not kept."""
    from lvsc.finding import Refused

    now = this.store.current().generation
    kept = [number for number in this.store.generations() if number < now]
    number = generation if generation is not None else max(kept, default=0)
    found = this.store.generation(number)
    if found is None:
        shown = ", ".join(map(str, this.store.generations())) or "none"
        raise Refused(f"there is no generation {number} to go back to", f"kept are: {shown}")
    return found[0]
