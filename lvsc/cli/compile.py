"""`lvsc compile`."""

from __future__ import annotations

from typing import Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.lint import Paths

EXAMPLE = "Example: lvsc compile examples/dr-pair.yaml --directory build"


def compile_(
    paths: Paths = None,
    directory: Annotated[
        str, typer.Option("--directory", "-d", help="Where the tree goes.", envvar="LVSC_DIRECTORY")
    ] = "build",
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the tree is not current.")] = False,
) -> None:
    """Write the files of every host.

    They go to <directory>/<host>/etc/..., with a manifest of digests, whole or not at all.
    """
    from lvsc.cli.console import say
    from lvsc.cli.gate import usable
    from lvsc.cli.tree import differences, write_tree
    from lvsc.emit import emit_tree
    from lvsc.finding import LvscError

    tree = emit_tree(usable(paths or []).hosts)
    if len(tree) == 1:
        raise LvscError("nothing to compile: no host that lvsc manages", "declare directors and real servers")
    if check:
        stale = differences(directory, tree)
        for line in stale:
            say(line)
        say(f"{directory} is {'not current: run lvsc compile' if stale else 'current'}")
        raise typer.Exit(codes.FINDINGS if stale else codes.OK)
    write_tree(directory, tree)
    hosts = len({path.split("/")[0] for path in tree if "/" in path})
    say(f"wrote {len(tree)} files for {hosts} host{'s' * (hosts != 1)} to {directory}")
