"""`lvsc drift`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lvsc.cli import codes
from lvsc.cli.host import STATE, RootFolder, StateFolder
from lvsc.cli.status import Json

if TYPE_CHECKING:
    from lvsc.apply.prepare import Prepared

EXAMPLE = "Example: lvsc drift --prom /var/lib/prometheus/node-exporter/lvsc.prom"


def drift(
    json_: Json = False,
    prom: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write counts there for node_exporter's textfile collector.")
    ] = None,
    root: RootFolder = Path("/"),
    state: StateFolder = Path(STATE),
) -> None:
    """Compare this host with what is committed on it.

    Changed and missing things are drift. Services of others are told (unmanaged), and what health checks decide at
    run time is not drift. Exit code 4 where there is drift.
    """
    from lvsc.apply.prepare import observe
    from lvsc.cli.files import write_text
    from lvsc.cli.host import here
    from lvsc.finding import Refused
    from lvsc.snapshot import json_text

    this = here(root, state)
    committed = this.store.committed()
    if committed is None:
        raise Refused("nothing is committed on this host", "apply a topology first")
    found = _kinds(observe(this.door, this.store, committed[0]))
    if prom is not None:
        write_text(str(prom), _prom(found))
    write_text("-", json_text({"version": 1, **found}) if json_ else _words(found))
    if found["changed"] or found["missing"]:
        raise typer.Exit(codes.CHANGES)


def _kinds(prepared: Prepared) -> dict[str, list[Any]]:
    from lvsc.report.plan import differing, label

    found: dict[str, list[Any]] = {"changed": [], "missing": [], "extra": [], "unmanaged": []}
    seen = set()
    for change in (change for step in prepared.plan.steps for change in step.changes):
        if change.key in seen or change.key not in prepared.wanted.things:
            continue
        seen.add(change.key)
        name = label(change.key, prepared.wanted)
        if change.before is None:
            found["missing"].append(name)
        else:
            wanted = prepared.wanted.things[change.key]
            found["changed"].append(f"{name}: {differing(wanted, change.before)}")
    found["extra"] = [label(each.key, prepared.wanted) for each in prepared.plan.leaving]
    found["unmanaged"] = [str(key) for key in prepared.plan.foreign]
    return found


def _words(found: dict[str, list[Any]]) -> str:
    count = len(found["changed"]) + len(found["missing"])
    lines = [f"{kind}: {name}" for kind in ("changed", "missing", "extra", "unmanaged") for name in found[kind]]
    return "".join(f"{line}\n" for line in [*lines, f"drift: {count}"])


def _prom(found: dict[str, list[Any]]) -> str:
    lines = ["# HELP lvsc_drift Things of this host that are not as committed.", "# TYPE lvsc_drift gauge"]
    lines += [f'lvsc_drift{{kind="{kind}"}} {len(names)}' for kind, names in found.items()]
    return "".join(f"{line}\n" for line in lines)
