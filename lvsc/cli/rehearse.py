"""`lvsc rehearse`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.lint import Paths

if TYPE_CHECKING:
    from lvsc.lab.scene import Scene

EXAMPLE = "Example: lvsc rehearse examples/dr-minimal.yaml"


class BackendName(StrEnum):
    """Where the private kernel comes from."""

    uml = "uml"
    qemu = "qemu"
    host = "host"


def rehearse(
    paths: Paths = None,
    backend: Annotated[
        BackendName | None,
        typer.Option(
            help="uml (user-mode Linux), qemu (has nftables) or host; without it uml, or qemu for marks.",
            envvar="LVSC_BACKEND",
        ),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="At most so many real servers of each service.", envvar="LVSC_SAMPLE")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=5, help="Seconds after which it is stopped.", envvar="LVSC_TIME_LIMIT")
    ] = 300,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play the cluster in a real kernel.

    lvsc boots a private kernel, builds every host there from the files it emits, and sends real packets from
    every client to every service. Topologies with lint errors are played, too: to see what they break.

    Exit code 1 when a client is not answered, or answered past the director.
    """
    from lvsc.cli.console import say
    from lvsc.cli.files import write_text
    from lvsc.cli.progress import working
    from lvsc.lab.backend import choose
    from lvsc.lab.rehearsal import rehearse as play
    from lvsc.report.rehearsal import as_json, table

    wanted = _scene(paths or [], sample)
    if sample is not None:
        say(f"lvsc: playing at most {sample} real server{'s' * (sample > 1)} of each service")
    chosen = choose(backend.value if backend else None, wanted.needs_nft)
    with working(f"rehearsing in a private kernel ({chosen.NAME})"):
        (played,) = play([wanted], chosen, time_limit)
    write_text("-", as_json(played) if json_ else table(played))
    if not played.works:
        raise typer.Exit(codes.FINDINGS)


def _scene(paths: list[str], sample: int | None) -> Scene:
    """The cluster to play; raises LvscError where there is nothing to ask of it."""
    from lvsc.cli.gate import usable
    from lvsc.finding import LvscError
    from lvsc.lab.scene import scene

    wanted = scene("cluster", usable(paths, with_errors=True).hosts, sample)
    if not wanted.probes:
        raise LvscError("nothing to rehearse: no service that a client could ask", "declare a service with a port")
    return wanted
