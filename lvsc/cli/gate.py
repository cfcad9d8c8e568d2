"""A topology that is good enough to use, or the findings and exit code 1."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from lvsc.cli import codes
from lvsc.cli.console import say, use_color
from lvsc.cli.opened import open_topology
from lvsc.report import Report, counted, form
from lvsc.rules import Site


def usable(paths: Sequence[str], with_errors: bool = False, silent: bool = False) -> Site:
    """The site of a topology; its findings go to standard error, and errors end the command.

    `with_errors`: a topology that can be read is used in spite of lint errors;
    `silent`: and nothing is said of them.
    """
    opened = open_topology(paths)
    if opened.findings and not (silent and opened.site is not None):
        sys.stderr.write(form("full").render(Report(opened.findings, sources=opened.sources), use_color(sys.stderr)))
        say(f"lvsc: {counted(opened.findings)}")
    if opened.site is None or (opened.broken and not with_errors):
        raise typer.Exit(codes.UNREADABLE if opened.unreadable else codes.FINDINGS)
    return opened.site
