"""`lvsc lint`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.foreign import FormatName

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
            "--output", "-o", help="full, concise or json, or FORMAT=FILE; may be repeated.", envvar="LVSC_OUTPUT"
        ),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="The least severity that gives exit code 1.", envvar="LVSC_FAIL_ON")
    ] = FailOn.error,
    color: Annotated[Color, typer.Option(help="When to colour.", envvar="LVSC_COLOR")] = Color.auto,
    format_: Annotated[
        FormatName | None, typer.Option("--format", help="The files are of another program; else by what they say.")
    ] = None,
    config_id: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Of keepalived.conf: read lines with @ID, too.")
    ] = None,
) -> None:
    """Check a topology.

    Its language, its addresses, and what packets would meet. Exit code 1 for findings of --fail-on or worse.

    Of a keepalived.conf, ldirectord.cf or ipvsadm rules, what can be seen in them is checked, at their own lines.
    """
    from lvsc.cli.console import say, summary, use_color
    from lvsc.cli.files import read_files, write_text
    from lvsc.cli.foreign import lint_foreign, sources
    from lvsc.cli.opened import open_files
    from lvsc.finding import Severity
    from lvsc.report import FORMS

    targets = [_target(text) for text in output or ["full"]]
    files = read_files(paths or [])
    foreign = sources(files, format_)
    opened = lint_foreign(foreign, config_id or []) if foreign else open_files(files)
    for form, target in targets:
        colored = target == "-" and use_color(sys.stdout, color.value)
        write_text(target, FORMS[form].render(opened.findings, opened.sources, colored))
    say(f"lvsc: {summary(opened.findings)}")
    if opened.unreadable:
        raise typer.Exit(codes.UNREADABLE)
    if fail_on is not FailOn.never and any(
        each.severity.rank <= Severity(fail_on.value).rank for each in opened.findings
    ):
        raise typer.Exit(codes.FINDINGS)


def _target(text: str) -> tuple[str, str]:
    """The form and where it goes."""
    form, _, target = text.partition("=")
    if form not in ("full", "concise", "json"):
        raise typer.BadParameter(f"`{form}` is no format: use full, concise or json", param_hint="--output")
    return form, target or "-"
