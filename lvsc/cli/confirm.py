"""`lvsc confirm`."""

from __future__ import annotations

from pathlib import Path

from lvsc.cli.host import STATE, Drain, Here, LockTimeout, RootFolder, StateFolder

EXAMPLE = "Example: lvsc confirm"


def confirm(
    drain: Drain = 30.0,
    lock_timeout: LockTimeout = 0.0,
    root: RootFolder = Path("/"),
    state: StateFolder = Path(STATE),
) -> None:
    """Keep what an apply with --confirm manual has done."""
    from lvsc.cli.host import here

    keep(here(root, state), drain, lock_timeout)


def keep(this: Here, drain: float | None, lock_timeout: float) -> None:
    """Commit what waits to be confirmed, and see off what leaves unless `drain` is None.

    Raises Refused where nothing waits, or where it is too late.
    """
    from lvsc.apply import watch
    from lvsc.apply.run import finish
    from lvsc.apply.store import PENDING
    from lvsc.cli.apply import depart
    from lvsc.cli.console import say
    from lvsc.cli.host import held
    from lvsc.finding import Refused

    with held(this, lock_timeout):
        journal = this.store.journal()
        if journal is None or journal.phase != PENDING:
            raise Refused("nothing waits to be confirmed", "`lvsc status` tells what is there")
        if journal.deadline is not None and this.door.boottime() >= journal.deadline:
            raise Refused("it is too late: the time to confirm is over", "apply again")
        finish(this.door, this.store, journal)
        watch.disarm(journal.id)
        say("lvsc: confirmed and committed")
        if drain is not None:
            depart(this, journal.wanted, drain)
