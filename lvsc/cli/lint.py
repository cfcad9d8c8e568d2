"""`lvsc lint`."""

from __future__ import annotations

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
    from lvsc.cli.baseline import keep, said
    from lvsc.cli.choice import choose
    from lvsc.cli.console import say
    from lvsc.cli.files import read_files
    from lvsc.cli.foreign import lint_foreign, sources
    from lvsc.cli.opened import open_files
    from lvsc.cli.reports import targets, write_reports

    choice = choose(select, ignore, baseline, config)
    wanted = targets(choice.setting("output", output, ["full"]))
    files = read_files(paths or [])
    foreign = sources(files, format_)
    if foreign:
        _only_shown(foreign[0].name, write_baseline=write_baseline, fix=fix, diff=diff, snapshot=bool(snapshot))
        opened = lint_foreign(foreign, config_id or [], choice)
    elif write_baseline:
        keep(files, choice)
        return
    elif diff:
        from lvsc.cli.mend import shown

        raise typer.Exit(codes.FINDINGS if shown(files, choice, unsafe_fixes) else codes.OK)
    elif fix:
        from lvsc.cli.mend import mended

        opened = mended(files, choice, unsafe_fixes)
    else:
        opened = open_files(files, choice, snapshot or [])
    write_reports(opened, wanted, color.value, choice.setting("rules-url", rules_url, ""))
    say(f"lvsc: {said(opened)}")
    if opened.unreadable:
        raise typer.Exit(codes.UNREADABLE)
    if opened.fails(choice.setting("fail-on", fail_on and fail_on.value, "error")):
        raise typer.Exit(codes.FINDINGS)


def _only_shown(name: str, **flags: bool) -> None:
    """Refuse what needs a topology for a file of another program."""
    for flag, given in flags.items():
        if given:
            said = f"{name} is no topology: lint only shows what it finds there; `lvsc import` makes a topology of it"
            raise typer.BadParameter(said, param_hint="--" + flag.replace("_", "-"))
