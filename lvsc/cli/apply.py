"""`lvsc apply`."""

from __future__ import annotations

import select
import shlex
import subprocess
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.host import STATE, Drain, Here, HostName, LockTimeout, RootFolder, StateFolder, Target, walked
from lvsc.cli.lint import Paths

if TYPE_CHECKING:
    from lvsc.apply.prepare import Prepared
    from lvsc.apply.run import Manner, Outcome
    from lvsc.apply.store import Journal
    from lvsc.plan.wanted import Wanted

EXAMPLE = "Example: lvsc apply examples/dr-minimal.yaml --host lvs1 --confirm manual"
_POLL = 0.2


class Confirm(StrEnum):
    """Who says that a change may stay."""

    auto = "auto"
    manual = "manual"
    none = "none"


def apply(
    paths: Paths = None,
    host: HostName = None,
    confirm: Annotated[
        Confirm,
        typer.Option(
            help="auto: reading back and the probe decide; manual: a person (`lvsc confirm`); none: no watch.",
            envvar="LVSC_CONFIRM",
        ),
    ] = Confirm.auto,
    confirm_timeout: Annotated[
        float,
        typer.Option(min=1, metavar="SECONDS", help="Undone unless confirmed within.", envvar="LVSC_CONFIRM_TIMEOUT"),
    ] = 60.0,
    drain: Drain = 30.0,
    lock_timeout: LockTimeout = 0.0,
    probe: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND", help="Run after the change; undone unless it exits with 0.", envvar="LVSC_PROBE"
        ),
    ] = None,
    expect: Annotated[
        str | None, typer.Option("--expect-plan", metavar="DIGEST", help="Refuse unless the host is as observed then.")
    ] = None,
    keep_leaving: Annotated[
        bool, typer.Option("--keep-leaving", help="Remove nothing yet: a later run does (see `lvsc order`).")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all that comes before the first change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    root: RootFolder = Path("/"),
    state: StateFolder = Path(STATE),
) -> None:
    """Change this host as the topology, or a plan of `lvsc plan --out`, says; all or nothing.

    Every real server that leaves is drained first; what was there is put back when anything fails.

    Exit code 5: refused, nothing was touched. 6: failed, and all is as it was. 7: failed, and not all is as it was.
    8: not confirmed in time, and all is as it was.
    """
    from lvsc.apply.prepare import fit
    from lvsc.apply.run import Ending, perform
    from lvsc.cli.host import held, here, host_of, plan_file, wanted_of
    from lvsc.report import plan as report

    this = here(root, state)
    found = plan_file(paths or [])
    target = None if found is not None else host_of(paths or [], host)
    expected, wanted = (expect, wanted_of(target.host)) if target is not None else found  # type: ignore[misc]
    with held(this, lock_timeout):
        prepared = _prepare(this, wanted, target, dry_run)
        sys.stdout.write(report.text(prepared.plan, prepared.wanted))
        fit(prepared, expected)
        if prepared.nothing or dry_run or (keep_leaving and prepared.only_leaving):
            return
        _ask(yes)
        manner = _manner(this, confirm, confirm_timeout, drain, probe)
        if target is not None and wanted.keepalived:
            from lvsc.cli.parting import Parted, part

            parted = part(this, target.host, wanted, manner)
            if parted is Parted.WAITS:
                return
            if parted is Parted.GONE:
                prepared = _prepare(this, wanted, target, dry_run)
                fit(prepared, None)
        outcome = perform(this.door, this.store, prepared.plan, wanted, manner)
        end(this, outcome, prepared.wanted, None if keep_leaving else drain)
    if outcome.journal is not None and outcome.ending is Ending.PENDING:
        _wait(this, outcome.journal, None if keep_leaving else drain)


def _prepare(this: Here, wanted: Wanted, target: Target | None, dry_run: bool) -> Prepared:
    """End what an earlier run left, observe, and have everything judged that can be judged before."""
    from lvsc.apply.prepare import ended, observe
    from lvsc.apply.refuse import check
    from lvsc.cli.console import say

    recovered = ended(this.door, this.store)
    if recovered is not None:
        say(
            "lvsc: an earlier apply had not ended; it was taken back"
            + "".join(f"\n  {each}" for each in recovered.left)
        )
    if not dry_run:
        this.door.load(wanted.modules)
    prepared = observe(this.door, this.store, wanted, recovered)
    for note in check(this.door, prepared):
        say(f"lvsc: {note}")
    if target is not None and prepared.plan.steps:
        prepared, untold = walked(target, prepared)
        if untold is not None:
            say(f"lvsc: {untold}")
    return prepared


def _ask(yes: bool) -> None:
    if not yes and sys.stdin.isatty() and sys.stdout.isatty() and not typer.confirm("Apply?"):
        raise typer.Exit(codes.REFUSED)


def _manner(this: Here, confirm: Confirm, timeout: float, drain: float, probe: str | None) -> Manner:
    from lvsc.apply import watch
    from lvsc.apply.run import Manner
    from lvsc.cli.console import say

    return Manner(
        confirm_within=None if confirm is Confirm.none else timeout,
        manual=confirm is Confirm.manual,
        drain=drain,
        probe=lambda: _probe(probe),
        arm=lambda journal: watch.arm(journal, this.options),
        tell=lambda text: say(f"  {text}"),
    )


def _probe(command: str | None) -> str | None:
    """Run the user's probe; what it said where it failed."""
    if command is None:
        return None
    try:
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=False, timeout=60)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = (done.stderr or done.stdout).strip().splitlines()
    return None if done.returncode == 0 else f"exit code {done.returncode}" + (f": {said[-1][:200]}" if said else "")


def end(this: Here, outcome: Outcome, wanted: Wanted, drain: float | None) -> None:
    """Say how it ended, and see off what leaves (not with `drain` None); the exit code tells. The lock is held."""
    from lvsc.apply.run import Ending
    from lvsc.cli.console import say

    if outcome.ending is Ending.PENDING:
        return
    if outcome.ending is Ending.COMMITTED:
        say("lvsc: committed" + (f"; but {outcome.why}: the next run ends it" if outcome.why else ""))
        if drain is not None:
            depart(this, wanted, drain)
        return
    say(f"lvsc: failed: {outcome.why}")
    if outcome.ending is Ending.ROLLED_BACK:
        say("lvsc: rolled back: all is as it was, read back")
        raise typer.Exit(codes.ROLLED_BACK)
    say("lvsc: rolled back, but not all is as it was:" + "".join(f"\n  {each}" for each in outcome.left))
    raise typer.Exit(codes.ROLLBACK_INCOMPLETE)


def depart(this: Here, wanted: Wanted, drain: float) -> None:
    """Remove what leaves as it drains, and say what is left for a later run. The lock is held."""
    from lvsc.apply.drain import see_off
    from lvsc.cli.console import say
    from lvsc.cli.progress import working
    from lvsc.report.plan import label

    with working("waiting for connections to end"):
        rest = see_off(this.door, this.store, wanted, drain)
    if rest:
        say(f"lvsc: still draining after {drain:g} s, a later run removes it:")
        for each in rest:
            say(f"  {label(each.key, wanted)}")


def _wait(this: Here, journal: Journal, drain: float | None) -> None:
    """Wait until somebody confirms or the time is over; on a terminal, ask."""
    from lvsc.cli.confirm import keep
    from lvsc.cli.console import say

    assert journal.deadline is not None
    left = journal.deadline - this.door.boottime()
    say(f"lvsc: made, and undone in {left:.0f} s unless confirmed: `lvsc confirm` from any terminal")
    asking = sys.stdin.isatty()
    if asking:
        say("keep it? [y/N] ")
    while this.door.boottime() < journal.deadline + _POLL:
        found = this.store.journal()
        if found is None or found.id != journal.id:
            break
        if asking and select.select([sys.stdin], [], [], _POLL)[0]:
            if sys.stdin.readline().strip().lower() in ("y", "yes"):
                keep(this, drain, lock_timeout=10.0)
                return
            break
        time.sleep(0 if asking else _POLL)
    _ended(this, journal)


def _ended(this: Here, journal: Journal) -> None:
    """What became of an apply that waited: kept by another terminal, or taken back, by us where nobody has yet."""
    from lvsc.cli.console import say
    from lvsc.cli.host import held
    from lvsc.cli.rollback import back

    with held(this, 30.0):
        found = this.store.journal()
        undone = back(this) if found is not None and found.id == journal.id else None
        kept = undone is None and this.store.current().generation >= journal.generation
    if kept:
        say("lvsc: confirmed")
        return
    if undone is not None and not undone.whole:
        say("lvsc: not confirmed; rolled back, but not all is as it was:" + "".join(f"\n  {x}" for x in undone.left))
        raise typer.Exit(codes.ROLLBACK_INCOMPLETE)
    say("lvsc: not confirmed: rolled back, all is as it was")
    raise typer.Exit(codes.NOT_CONFIRMED)
