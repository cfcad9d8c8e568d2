"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from lvsc import __version__
from lvsc.cli import (
    apply,
    boot,
    compile,
    confirm,
    diff,
    drain,
    drift,
    explain,
    graph,
    import_,
    init,
    lint,
    order,
    plan,
    rehearse,
    rollback,
    schema,
    snapshot,
    status,
    test,
    walk,
)

app = typer.Typer(
    name="lvsc",
    help="Compile, lint, rehearse and apply Linux Virtual Server (IPVS) clusters from one topology file.",
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
    """Compile, lint, rehearse and apply Linux Virtual Server (IPVS) clusters from one topology file."""


app.command("init", epilog=init.EXAMPLE)(init.init)
app.command("import", epilog=import_.EXAMPLE)(import_.import_)
app.command("lint", epilog=lint.EXAMPLE)(lint.lint)
app.command("compile", epilog=compile.EXAMPLE)(compile.compile_)
app.command("diff", epilog=diff.EXAMPLE)(diff.diff)
app.command("rehearse", epilog=rehearse.EXAMPLE)(rehearse.rehearse)
app.command("walk", epilog=walk.EXAMPLE)(walk.walk)
app.command("snapshot", epilog=snapshot.EXAMPLE)(snapshot.snapshot)
app.command("plan", epilog=plan.EXAMPLE)(plan.plan)
app.command("apply", epilog=apply.EXAMPLE)(apply.apply)
app.command("confirm", epilog=confirm.EXAMPLE)(confirm.confirm)
app.command("rollback", epilog=rollback.EXAMPLE)(rollback.rollback)
app.command("status", epilog=status.EXAMPLE)(status.status)
app.command("history", epilog=status.HISTORY_EXAMPLE)(status.history)
app.command("drift", epilog=drift.EXAMPLE)(drift.drift)
app.command("drain", epilog=drain.EXAMPLE)(drain.drain)
app.command("undrain", epilog=drain.UNDRAIN_EXAMPLE)(drain.undrain)
app.command("order", epilog=order.EXAMPLE)(order.order)
app.command("boot", epilog=boot.EXAMPLE)(boot.boot)
app.command("test", epilog=test.EXAMPLE)(test.check_tests)
app.command("graph", epilog=graph.EXAMPLE)(graph.graph)
app.command("explain", epilog=explain.EXAMPLE)(explain.explain)
app.command("schema", epilog=schema.EXAMPLE)(schema.schema)
