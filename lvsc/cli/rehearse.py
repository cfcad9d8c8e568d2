"""`lvsc rehearse`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.asked import ask, recorded
from lvsc.cli.lint import Paths

if TYPE_CHECKING:
    from lvsc.lab.scene import Scene
    from lvsc.state import Ask

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
    states: Annotated[
        bool, typer.Option("--states", help="The files are state files: hosts as they are, and what is asked of them.")
    ] = False,
    origin: Annotated[
        str | None, typer.Option("--from", metavar="HOST", help="With --states: ask this instead, from this host.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="ADDRESS:PORT[/PROTOCOL]", help="... to this address.")] = None,
    source: Annotated[str | None, typer.Option(metavar="ADDRESS", help="... from this of its addresses.")] = None,
    connections: Annotated[int, typer.Option(min=1, max=1000, help="... so many connections.")] = 4,
    request: Annotated[int, typer.Option(min=0, max=1 << 20, help="... with so many bytes; 0 is a few.")] = 0,
    response: Annotated[int, typer.Option(min=0, max=1 << 20, help="... answered with so many bytes.")] = 0,
    exchanges: Annotated[int, typer.Option(min=1, max=1000, help="... to and fro so often.")] = 1,
) -> None:
    """Play the cluster in a real kernel.

    lvsc boots a private kernel, builds every host there from the files it emits, and sends real packets from
    every client to every service. Topologies with lint errors are played, too: to see what they break.

    With --states the hosts are built as state files record them (docs/states.md), and the asks of the files are
    played, or the one of --from and --to.

    Exit code 1 when a client is not answered, or answered past the director.
    """
    if (origin is None) != (to is None) or (origin is not None and not states):
        raise typer.BadParameter("--from and --to go together, and with --states")
    if states:
        asked = ask(origin, to, source, connections, request, response, exchanges) if origin and to else None
        _play_states(paths or [], asked, backend, time_limit, json_)
        return
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


def _play_states(
    paths: list[str], asked: Ask | None, backend: BackendName | None, time_limit: float, json_: bool
) -> None:
    from lvsc.cli.files import write_text
    from lvsc.cli.progress import working
    from lvsc.lab.asking import case_needs_nft
    from lvsc.lab.backend import choose
    from lvsc.lab.rehearsal import rehearse_cases
    from lvsc.report.case import as_json, table

    case = recorded(paths, asked)
    chosen = choose(backend.value if backend else None, case_needs_nft(case))
    with working(f"rehearsing in a private kernel ({chosen.NAME})"):
        (played,) = rehearse_cases([case], chosen, time_limit)
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
