"""The commands, put together."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from lvsc import __version__

# Where a command is: its module in this folder, its function, and its example's name.
COMMANDS = {
    "init": ("init", "init", "EXAMPLE"),
    "import": ("import_", "import_", "EXAMPLE"),
    "lint": ("lint", "lint", "EXAMPLE"),
    "compile": ("compile", "compile_", "EXAMPLE"),
    "diff": ("diff", "diff", "EXAMPLE"),
    "rehearse": ("rehearse", "rehearse", "EXAMPLE"),
    "walk": ("walk", "walk", "EXAMPLE"),
    "snapshot": ("snapshot", "snapshot", "EXAMPLE"),
    "plan": ("plan", "plan", "EXAMPLE"),
    "apply": ("apply", "apply", "EXAMPLE"),
    "confirm": ("confirm", "confirm", "EXAMPLE"),
    "rollback": ("rollback", "rollback", "EXAMPLE"),
    "status": ("status", "status", "EXAMPLE"),
    "history": ("status", "history", "HISTORY_EXAMPLE"),
    "drift": ("drift", "drift", "EXAMPLE"),
    "drain": ("drain", "drain", "EXAMPLE"),
    "undrain": ("drain", "undrain", "UNDRAIN_EXAMPLE"),
    "order": ("order", "order", "EXAMPLE"),
    "boot": ("boot", "boot", "EXAMPLE"),
    "test": ("test", "check_tests", "EXAMPLE"),
    "graph": ("graph", "graph", "EXAMPLE"),
    "report": ("report", "report", "EXAMPLE"),
    "explain": ("explain", "explain", "EXAMPLE"),
    "schema": ("schema", "schema", "EXAMPLE"),
}


def commands(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line that these arguments need: the one command that they name, else all.

    To know all of them costs more than a short lint.
    """
    app = typer.Typer(
        name="lvsc",
        help="Compile, lint, rehearse and apply Linux Virtual Server (IPVS) clusters from one topology file.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    named = arguments[0] if arguments else ""
    for name in [named] if named in COMMANDS else COMMANDS:
        module, function, example = COMMANDS[name]
        found = import_module(f"lvsc.cli.{module}")
        app.command(name, epilog=getattr(found, example))(getattr(found, function))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lvsc {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Compile, lint, rehearse and apply Linux Virtual Server (IPVS) clusters from one topology file."""
