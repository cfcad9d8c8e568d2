"""`lvsc diff`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes

if TYPE_CHECKING:
    from lvsc.cli.choice import Choice
    from lvsc.diff import Difference, Side

EXAMPLE = "Example: lvsc diff main, or lvsc diff old.yaml new.yaml"


class Format(StrEnum):
    """A form of the difference."""

    text = "text"
    json = "json"
    markdown = "markdown"


class FailOn(StrEnum):
    """The least risk that makes diff fail."""

    low = "low"
    medium = "medium"
    high = "high"
    never = "never"


def diff(
    base: Annotated[str, typer.Argument(metavar="BASE", help="What there was: a git ref, a file or a folder.")],
    head: Annotated[
        str | None, typer.Argument(metavar="[HEAD]", help="What there will be; without it the files here.")
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="The topology of a version that is a git ref, or of the files here; may be repeated. Without it "
            "lvsc.yaml and *.lvsc.yaml of this folder.",
            envvar="LVSC_PATH",
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            help="text (without it), json or markdown, or FORMAT=FILE; may be repeated.",
            envvar="LVSC_DIFF_OUTPUT",
        ),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="The least risk that gives exit code 1.", envvar="LVSC_DIFF_FAIL_ON")
    ] = FailOn.never,
) -> None:
    """Show what changes between two versions.

    For traffic: who answers which client before and after, failover, open connections, what a reload does. And the
    objects of the topology, the files of every host, what lint says. With a word for the risk: none, low, medium,
    high. No host is asked.
    """
    from lvsc.cli.choice import choose
    from lvsc.cli.files import write_text
    from lvsc.diff import Risk, compare

    targets = [_target(text) for text in output or ["text"]]
    if sum(place == "-" for _, place in targets) > 1 and any(each == ("json", "-") for each in targets):
        raise typer.BadParameter("json needs standard output for itself: give it a file", param_hint="--output")
    choice = choose()
    before, after = _side(base, base, path or [], choice), _side(head or "here", head, path or [], choice)
    _something(before, after)
    difference = compare(before, after)
    for form, place in targets:
        write_text(place, _rendered(form, difference))
    if not after.usable:
        raise typer.Exit(codes.FINDINGS)
    if fail_on is not FailOn.never and difference.risk.rank >= Risk(fail_on.value).rank:
        raise typer.Exit(codes.FINDINGS)


def _target(text: str) -> tuple[str, str]:
    name, _, place = text.partition("=")
    if name not in list(Format):
        raise typer.BadParameter(f"`{name}` is no format: use text, json or markdown", param_hint="--output")
    return name, place or "-"


def _rendered(form: str, difference: Difference) -> str:
    if form == "json":
        from lvsc.report.difference_machine import as_json

        return as_json(difference)
    if form == "markdown":
        from lvsc.report.difference_markdown import markdown

        return markdown(difference)
    from lvsc.report.difference import text

    return text(difference)


def _side(shown: str, name: str | None, paths: list[str], choice: Choice) -> Side:
    """A version; one without any file holds nothing."""
    from lvsc.cli.opened import open_files
    from lvsc.cli.versions import version
    from lvsc.diff import Side

    files = version(name, paths)
    if not files:
        return Side(shown, (), {}, ())
    opened = open_files(files, choice)
    hosts = opened.site.hosts if opened.site is not None else {}
    return Side(shown, opened.roots, hosts, opened.findings, opened.site is not None)


def _something(before: Side, after: Side) -> None:
    """Say which version cannot be used as it is; raises LvscError where neither has a topology."""
    from lvsc.cli.console import say
    from lvsc.finding import LvscError
    from lvsc.report import counted

    if not before.roots and not after.roots and before.usable and after.usable:
        raise LvscError("neither version has a topology", "name its files with --path")
    for side in (before, after):
        if not side.usable:
            say(f"lvsc: {side.name} cannot be used as it is ({counted(side.findings)}): lvsc lint shows why")
        elif not side.roots:
            say(f"lvsc: {side.name} has no topology")
