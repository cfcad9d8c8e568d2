"""`lvsc order`."""

from __future__ import annotations

from typing import Annotated

import typer

from lvsc.cli.lint import Paths

EXAMPLE = "Example: lvsc order examples/dr-pair.yaml"


def order(paths: Paths = None, json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Tell in which order to apply a topology to the hosts of its cluster."""
    from dataclasses import asdict

    from lvsc.cli.files import write_text
    from lvsc.cli.gate import usable
    from lvsc.plan.fleet import turns
    from lvsc.snapshot import json_text

    found = turns(usable(paths or []).hosts)
    if json_:
        write_text("-", json_text({"version": 1, "turns": [asdict(turn) for turn in found]}))
        return
    for number, turn in enumerate(found, 1):
        how = "lvsc apply --keep-leaving" if turn.keep else "lvsc apply"
        write_text("-", f"{number}. {', '.join(turn.hosts)}: {how}  ({turn.why})\n")
