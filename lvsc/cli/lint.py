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
            help="full (without it), concise, json, sarif, github, gitlab, junit or markdown, or FORMAT=FILE; "
            "may be repeated.",
            envvar="LVSC_OUTPUT",
        ),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(help="The least severity that gives exit code 1; error without it.", envvar="LVSC_FAIL_ON"),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Only this rule; may be repeated.", envvar="LVSC_SELECT"),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Without this rule; may be repeated.", envvar="LVSC_IGNORE"),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Without the findings that this file holds.", envvar="LVSC_BASELINE"),
    ] = None,
    write_baseline: Annotated[
        bool,
        typer.Option(
            "--write-baseline",
            help="Write today's findings to the baseline, and fail for none.",
            envvar="LVSC_WRITE_BASELINE",
        ),
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend in the files what has one right remedy.", envvar="LVSC_FIX")
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff",
            help="Show what --fix would change, and change nothing; exit code 1 where that is anything.",
            envvar="LVSC_DIFF",
        ),
    ] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option(
            "--unsafe-fixes",
            help="Also mend what changes good traffic, or states something of a host that lvsc does not manage.",
            envvar="LVSC_UNSAFE_FIXES",
        ),
    ] = False,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The file of settings; empty for none. Without it the nearest lvsc.toml, or [tool.lvsc] of "
            "pyproject.toml, up to the top of the repository.",
            envvar="LVSC_CONFIG",
        ),
    ] = None,
    rules_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where rules are described, with {rule} for the name.", envvar="LVSC_RULES_URL"
        ),
    ] = None,
    snapshot: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A host as it is (lvsc snapshot), file or folder; may be repeated."),
    ] = None,
    color: Annotated[Color, typer.Option(help="When to colour.", envvar="LVSC_COLOR")] = Color.auto,
) -> None:
    """Check a topology.

    Its language, its addresses, and what packets would meet. Exit code 1 for findings of --fail-on or worse.
    """
    from lvsc.cli.baseline import keep, said
    from lvsc.cli.choice import choose
    from lvsc.cli.console import say
    from lvsc.cli.opened import open_topology
    from lvsc.cli.reports import targets, write_reports

    choice = choose(select, ignore, baseline, config)
    wanted = targets(choice.setting("output", output, ["full"]))
    if write_baseline:
        keep(paths or [], choice)
        return
    if diff:
        from lvsc.cli.mend import shown

        raise typer.Exit(codes.FINDINGS if shown(paths or [], choice, unsafe_fixes) else codes.OK)
    if fix:
        from lvsc.cli.mend import mended

        opened = mended(paths or [], choice, unsafe_fixes)
    else:
        opened = open_topology(paths or [], choice, snapshot or [])
    write_reports(opened, wanted, color.value, choice.setting("rules-url", rules_url, ""))
    say(f"lvsc: {said(opened)}")
    if opened.unreadable:
        raise typer.Exit(codes.UNREADABLE)
    if opened.fails(choice.setting("fail-on", fail_on and fail_on.value, "error")):
        raise typer.Exit(codes.FINDINGS)
