"""`lvsc explain`."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLE = "Example: lvsc explain real-server-answers-arp"


def explain(
    name: Annotated[str | None, typer.Argument(help="A rule's name; without it, all rules are listed.")] = None,
) -> None:
    """Show the manual page of a rule."""
    from lvsc.cli.files import write_text
    from lvsc.finding import LvscError, nearest
    from lvsc.rules.pages import PAGES

    if name is None:
        write_text("-", "".join(f"{each:32} {page.splitlines()[0]}\n" for each, page in PAGES.items()))
    elif name in PAGES:
        write_text("-", f"{name}\n{'=' * len(name)}\n{PAGES[name].rstrip()}\n")
    else:
        raise LvscError(f"there is no rule {name}{nearest(name, PAGES)}", "`lvsc explain` lists all rules")
