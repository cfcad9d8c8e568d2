"""`lvsc lint`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from lvsc.cli import codes

EXAMPLE = "Example: lvsc lint examples/dr-pair.yaml"


class FailOn(StrEnum):
    """The least severity that makes lint fail."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


class Color(StrEnum):
    """When to colour."""

    auto = "auto"
    always = "always"
    never = "never"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        help="Topology files or folders, `-` for standard input; without any, lvsc.yaml and *.lvsc.yaml here."
    ),
]


def lint(
    paths: Paths = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            help="full, concise, json, sarif, github, gitlab, junit or markdown, or FORMAT=FILE; may be repeated.",
            envvar="LVSC_OUTPUT",
        ),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="The least severity that gives exit code 1.", envvar="LVSC_FAIL_ON")
    ] = FailOn.error,
    rules_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where rules are described, with {rule} for the name.", envvar="LVSC_RULES_URL"
        ),
    ] = None,
    color: Annotated[Color, typer.Option(help="When to colour.", envvar="LVSC_COLOR")] = Color.auto,
) -> None:
    """Check a topology.

    Its language, its addresses, and what packets would meet. Exit code 1 for findings of --fail-on or worse.
    """
    from lvsc.cli.console import say
    from lvsc.cli.opened import open_topology
    from lvsc.cli.reports import targets, write_reports
    from lvsc.finding import Severity
    from lvsc.report import counted

    wanted = targets(output or ["full"])
    opened = open_topology(paths or [])
    write_reports(opened, wanted, color.value, rules_url or "")
    say(f"lvsc: {counted(opened.findings)}")
    if opened.unreadable:
        raise typer.Exit(codes.UNREADABLE)
    if fail_on is not FailOn.never and any(
        each.severity.rank <= Severity(fail_on.value).rank for each in opened.findings
    ):
        raise typer.Exit(codes.FINDINGS)
