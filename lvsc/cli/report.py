"""`lvsc report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.lint import Paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lvsc.report import Report
    from lvsc.report.page import Page
    from lvsc.report.page_ways import Way
    from lvsc.rules import Site
    from lvsc.walk import Hop

EXAMPLE = "Example: lvsc report examples/dr-pair.yaml --output cluster.html"


def report(
    paths: Paths = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where the page goes; `-` for standard output.")
    ] = "-",
) -> None:
    """Show a cluster on one HTML page.

    Its picture, the way of every packet there and back, hop by hop, the findings at their lines, and the files of
    every host. The page holds all that it needs; a topology with errors is shown as far as it can be read.
    """
    from lvsc.cli.console import say
    from lvsc.cli.files import write_text
    from lvsc.cli.opened import open_topology
    from lvsc.cli.reports import report_of
    from lvsc.report import counted
    from lvsc.report.page import html

    opened = open_topology(paths or [])
    found = report_of(opened)
    write_text(output, html(_page(opened.site, found)))
    say(f"lvsc: {'' if output == '-' else f'wrote {output}; '}{counted(opened.findings)}")
    if opened.unreadable:
        raise typer.Exit(codes.UNREADABLE)


def _page(site: Site | None, found: Report) -> Page:
    from lvsc.emit import emit_host
    from lvsc.report.page import Page

    title = ", ".join(found.path(name) for name in found.files)
    if site is None:
        return Page(title, "", "", found, (), {})
    from lvsc.graph import pictures
    from lvsc.graph.svg import described, svg

    picture = pictures.picture(site.topology, site.hosts)
    files = {
        host.name: {file.path: file.text for file in emit_host(host)} for host in site.hosts.values() if host.managed
    }
    return Page(title, svg(picture), described(picture), found, tuple(_ways(site)), files)


def _ways(site: Site) -> Iterator[Way]:
    from lvsc.report.page_ways import Way
    from lvsc.rules.evidence import place_of

    def place(hop: Hop) -> str:
        span = place_of(site, hop)
        return f"{span.file}:{span.line}:{span.column}" if span is not None else ""

    for group, (walk, when) in zip(site.survey.groups, site.survey.walks, strict=True):
        services, servers = (list(dict.fromkeys(names)) for names in zip(*group.pairs, strict=True))
        yield Way(walk, services, servers, when, place)
