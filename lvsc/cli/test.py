"""`lvsc test`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.lint import Color, Paths
from lvsc.cli.rehearse import BackendName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lvsc.rules import Site
    from lvsc.verify import Case, Result

EXAMPLE = "Example: lvsc test examples/dr-pair.yaml"


def check_tests(
    paths: Paths = None,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="In a private real kernel, with real packets.", envvar="LVSC_REHEARSE")
    ] = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            help="What fails, in a format of `lvsc lint`, or FORMAT=FILE; may be repeated.",
            envvar="LVSC_TEST_OUTPUT",
        ),
    ] = None,
    backend: Annotated[
        BackendName | None, typer.Option(help="Where the private kernel comes from.", envvar="LVSC_BACKEND")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=5, help="Seconds after which a rehearsal is stopped.", envvar="LVSC_TIME_LIMIT")
    ] = 300,
    color: Annotated[Color, typer.Option(help="When to colour.", envvar="LVSC_COLOR")] = Color.auto,
) -> None:
    """Check the `tests` of a topology: what is to stay true.

    This client reaches this service, answered by these real servers, with these hosts down. Packets are followed as
    Linux would carry them; with --rehearse they are sent. Exit code 1 when a test does not hold.
    """
    from lvsc.cli.console import say
    from lvsc.cli.opened import open_topology
    from lvsc.cli.reports import targets, write_reports
    from lvsc.finding import LvscError
    from lvsc.verify import cases

    wanted = targets(output or [])
    opened = open_topology(paths or [])
    if opened.site is None:
        write_reports(opened, wanted or targets(["full"]), color.value, "")
        raise typer.Exit(codes.UNREADABLE if opened.unreadable else codes.FINDINGS)
    found, wrong = cases(opened.site)
    if not found and not wrong:
        raise LvscError("nothing to test: the topology has no `tests`", "docs/topology.md shows how to write some")
    results = _checked(opened.site, found, rehearse, backend.value if backend else None, time_limit)
    bad = (*wrong, *(each.finding for each in results if each.finding is not None))
    if not output:
        _table(results)
    write_reports(opened.saying(bad), wanted or targets(["full"]), color.value, "")
    say(f"lvsc: {len(results) - len(bad) + len(wrong)} of {len(results) + len(wrong)} tests hold")
    if bad:
        raise typer.Exit(codes.FINDINGS)


def _checked(
    site: Site, found: Sequence[Case], rehearse: bool, backend: str | None, time_limit: float
) -> Sequence[Result]:
    if not rehearse:
        from lvsc.verify import walked

        return walked(site, found)
    from lvsc.cli.progress import working
    from lvsc.verify.played import played

    with working("rehearsing in a private kernel"):
        return played(site, found, backend, time_limit) if found else []


def _table(results: Sequence[Result]) -> None:
    from lvsc.cli.files import write_text
    from lvsc.report import plain

    lines = [
        f"{'ok   ' if each.finding is None else 'fails'} {each.case}: answered by {', '.join(each.answers) or 'nobody'}"
        for each in results
    ]
    write_text("-", "".join(f"{plain(line)}\n" for line in [*lines, ""]))
