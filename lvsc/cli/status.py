"""`lvsc status`, `lvsc history`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lvsc.cli.host import STATE, RootFolder, StateFolder

if TYPE_CHECKING:
    from lvsc.apply.store import Journal, Store

EXAMPLE = "Example: lvsc status"
HISTORY_EXAMPLE = "Example: lvsc history"
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def status(
    json_: Json = False,
    traffic: Annotated[
        bool, typer.Option("--traffic", help="Tell what each service of the kernel's table has carried, too.")
    ] = False,
    root: RootFolder = Path("/"),
    state: StateFolder = Path(STATE),
) -> None:
    """Tell what lvsc has committed on this host, what waits to be confirmed, who is drained."""
    from lvsc.cli.files import write_text
    from lvsc.snapshot import json_text

    store = _store(root, state)
    document = _status(store)
    if traffic:
        document["traffic"] = _traffic(store)
    write_text("-", json_text(document) if json_ else _words(document))


def _status(store: Store) -> dict[str, Any]:
    current, journal = store.current(), store.journal()
    committed = store.generation(current.generation)
    things = committed[0].things if committed else {}
    return {
        "version": 1,
        "host": committed[0].host if committed else None,
        "generation": current.generation,
        "committed": _time(committed[1]) if committed else None,
        "under_way": _under_way(journal) if journal else None,
        "drained": list(current.drained),
        "still_leaving": sorted(str(key) for key in current.owned if key not in things) if committed else [],
    }


def _traffic(store: Store) -> list[dict[str, Any]]:
    from lvsc.kernel.ipvs import Table

    committed = store.committed()
    names = committed[0].names if committed else {}
    if not Table.present():
        return []
    with Table.open() as table:
        found = table.statistics()
    return [{"service": str(key), "name": names.get(key), **each._asdict()} for key, each in found.items()]


def _under_way(journal: Journal) -> dict[str, Any]:
    import time

    left = None if journal.deadline is None else max(0.0, journal.deadline - time.clock_gettime(time.CLOCK_BOOTTIME))
    return {"phase": journal.phase, "generation": journal.generation, "seconds_left": left}


def _words(document: dict[str, Any]) -> str:
    if document["generation"] == 0:
        lines = ["lvsc has changed nothing on this host"]
    else:
        lines = [f"{document['host']}: generation {document['generation']}, committed {document['committed']}"]
    under_way = document["under_way"]
    if under_way is not None:
        left = under_way["seconds_left"]
        lines.append(f"generation {under_way['generation']} is {under_way['phase']}")
        lines[-1] += "" if left is None else f": undone in {left:.0f} s unless confirmed"
    lines += [f"drained by hand: {address}" for address in document["drained"]]
    lines += [f"still leaving: {name}" for name in document["still_leaving"]]
    lines += [_carried(row) for row in document.get("traffic", ())]
    return "".join(f"{line}\n" for line in lines)


def _carried(row: dict[str, Any]) -> str:
    who = f"{row['name']} ({row['service']})" if row["name"] else row["service"]
    ways = (f"{row[f'packets_{way}']} packets {row[f'bytes_{way}']} bytes {way}" for way in ("in", "out"))
    return f"{who}: {row['connections']} connections, {', '.join(ways)}"


def history(json_: Json = False, root: RootFolder = Path("/"), state: StateFolder = Path(STATE)) -> None:
    """List the generations that `lvsc rollback` can go back to."""
    from lvsc.cli.files import write_text
    from lvsc.snapshot import json_text

    store = _store(root, state)
    now = store.current().generation
    rows = []
    for number in store.generations():
        found = store.generation(number)
        if found is not None:
            rows.append({"generation": number, "committed": _time(found[1]), "things": len(found[0].things)})
    if json_:
        write_text("-", json_text({"version": 1, "current": now, "generations": rows}))
        return
    lines = [
        f"{row['generation']}  {row['committed']}  {row['things']} things" + "  current" * (row["generation"] == now)
        for row in rows
    ]
    write_text("-", "".join(f"{line}\n" for line in lines or ["no generations: lvsc has changed nothing here"]))


def _store(root: Path, state: Path) -> Store:
    from lvsc.apply.store import Store
    from lvsc.kernel.files import Files

    return Store(state, Files(root, state / "blobs"))


def _time(seconds: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
