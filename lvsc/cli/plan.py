"""`lvsc plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.host import STATE, HostName, RootFolder, StateFolder
from lvsc.cli.lint import Paths

if TYPE_CHECKING:
    from lvsc.apply.prepare import Prepared
    from lvsc.plan.wanted import Wanted

EXAMPLE = "Example: lvsc plan examples/dr-minimal.yaml --host lvs1 --out plan.json"


def plan(
    paths: Paths = None,
    host: HostName = None,
    snapshot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Against this recorded host (lvsc snapshot), not the live one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the plan there, for `lvsc apply FILE`.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Show the way back, too.")] = False,
    detailed: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit code 4 when something is to be done.")
    ] = False,
    root: RootFolder = Path("/"),
    state: StateFolder = Path(STATE),
) -> None:
    """Show what `lvsc apply` would do on this host, and what it does to traffic.

    Nothing is changed. Exit code 5 when there is no safe way.
    """
    from lvsc.cli.console import say
    from lvsc.cli.files import write_text
    from lvsc.cli.host import host_of, may_change, walked, wanted_of
    from lvsc.plan.document import plan_json
    from lvsc.report import plan as report
    from lvsc.snapshot import json_text

    if snapshot is None:
        may_change()
    target = host_of(paths or [], host)
    wanted = wanted_of(target.host)
    prepared = _recorded(snapshot, wanted) if snapshot else _live(root, state, wanted)
    if snapshot is None:
        prepared, untold = walked(target, prepared)
        if untold is not None:
            say(f"lvsc: {untold}")
    document = json_text(plan_json(prepared.plan, wanted))
    if out is not None:
        write_text(str(out), document)
    write_text("-", document if json_ else report.text(prepared.plan, prepared.wanted, undo))
    if prepared.plan.refusals:
        raise typer.Exit(codes.REFUSED)
    if detailed and not prepared.plan.empty:
        raise typer.Exit(codes.CHANGES)


def _live(root: Path, state: Path, wanted: Wanted) -> Prepared:
    from lvsc.apply.prepare import observe
    from lvsc.cli.host import here

    this = here(root, state)
    return observe(this.door, this.store, wanted)


def _recorded(path: Path, wanted: Wanted) -> Prepared:
    """A plan for a recorded host: whose files and kernel settings are known only as far as they were recorded."""
    from lvsc.apply.prepare import Prepared
    from lvsc.apply.store import Current
    from lvsc.finding import LvscError
    from lvsc.plan.make import make
    from lvsc.plan.wanted import live_things
    from lvsc.snapshot import read_states

    found = read_states([path])
    if len(found.hosts) != 1:
        raise LvscError(f"{path} records {len(found.hosts)} hosts", "give the file of one host")
    live = live_things(next(iter(found.hosts.values())))
    return Prepared(make(live, wanted, {}), wanted, Current())
