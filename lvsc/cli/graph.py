"""`lvsc graph`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from lvsc.cli.lint import Paths

EXAMPLE = "Example: lvsc graph examples/dr-pair.yaml --format svg > cluster.svg"


class Format(StrEnum):
    """A drawing."""

    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"


def graph(
    paths: Paths = None,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="The drawing.", envvar="LVSC_FORMAT")
    ] = Format.mermaid,
) -> None:
    """Draw the cluster."""
    from lvsc.cli.files import write_text
    from lvsc.cli.gate import usable
    from lvsc.graph import pictures

    site = usable(paths or [], with_errors=True)
    write_text("-", pictures.DRAWINGS[format_.value](pictures.picture(site.topology, site.hosts)))
