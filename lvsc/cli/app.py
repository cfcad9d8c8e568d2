"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from lvsc import __version__
from lvsc.cli import compile, explain, graph, import_, init, lint, rehearse, schema, walk

app = typer.Typer(
    name="lvsc",
    help="Compile, lint and rehearse Linux Virtual Server (IPVS) clusters from one topology file.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lvsc {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Compile, lint and rehearse Linux Virtual Server (IPVS) clusters from one topology file."""


app.command("init", epilog=init.EXAMPLE)(init.init)
app.command("import", epilog=import_.EXAMPLE)(import_.import_)
app.command("lint", epilog=lint.EXAMPLE)(lint.lint)
app.command("compile", epilog=compile.EXAMPLE)(compile.compile_)
app.command("rehearse", epilog=rehearse.EXAMPLE)(rehearse.rehearse)
app.command("walk", epilog=walk.EXAMPLE)(walk.walk)
app.command("graph", epilog=graph.EXAMPLE)(graph.graph)
app.command("explain", epilog=explain.EXAMPLE)(explain.explain)
app.command("schema", epilog=schema.EXAMPLE)(schema.schema)
