"""`lvsc walk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.asked import ask, recorded

if TYPE_CHECKING:
    from lvsc.report.walk import PlaceOf, Shown
    from lvsc.rules import Site
    from lvsc.state import Ask

EXAMPLE = "Example: lvsc walk examples/dr-pair.yaml internet http"


def walk(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="TOPOLOGY... CLIENT SERVICE", help="Topology files; a client and a service of theirs."),
    ] = None,
    server: Annotated[
        str | None, typer.Option("--real-server", metavar="NAME", help="Only through this real server.")
    ] = None,
    down: Annotated[list[str] | None, typer.Option(metavar="HOST", help="Without this host; may be repeated.")] = None,
    states: Annotated[
        bool, typer.Option("--states", help="The arguments are state files or folders of them, no topology.")
    ] = False,
    origin: Annotated[
        str | None, typer.Option("--from", metavar="HOST", help="With --states: the host that asks.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="ADDRESS:PORT[/PROTOCOL]", help="... whom it asks.")] = None,
    source: Annotated[str | None, typer.Option(metavar="ADDRESS", help="... from this of its addresses.")] = None,
    connections: Annotated[int, typer.Option(min=1, max=1000, help="... so many connections.")] = 4,
    request: Annotated[int, typer.Option(min=0, max=1 << 20, help="... with so many bytes; 0 is a few.")] = 0,
    response: Annotated[int, typer.Option(min=0, max=1 << 20, help="... answered with so many bytes.")] = 0,
    exchanges: Annotated[int, typer.Option(min=1, max=1000, help="... to and fro so often.")] = 1,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Follow a packet from a client to a service and back.

    Every hop shows the host and device, what it did, the fact that decided it, and where that stands. A walk is
    made at first, once more when neighbours are forgotten, and in a long connection with large packets; the first
    of them that does not work is shown.

    With --states the hosts are as state files record them (docs/states.md); what is asked is --from and --to, or
    the asks of the files.

    Exit code 1 when a client is not answered, or answered past the director.
    """
    from lvsc.cli.files import write_text
    from lvsc.report.walk import as_json, table
    from lvsc.words import Verdict

    if (origin is None) != (to is None) or (origin is not None and not states):
        raise typer.BadParameter("--from and --to go together, and with --states")
    if states:
        asked = ask(origin, to, source, connections, request, response, exchanges) if origin and to else None
        shown, place = _of_states(what or [], asked)
    else:
        shown, place = _of_topology(what or [], server, down or [])
    write_text("-", as_json(shown, place) if json_ else table(shown, place))
    if any(each.walk.verdict is not Verdict.WORKS for each in shown):
        raise typer.Exit(codes.FINDINGS)


def _of_states(paths: list[str], asked: Ask | None) -> tuple[list[Shown], PlaceOf]:
    from lvsc.report.walk import Shown
    from lvsc.walk import walk_case

    return [Shown(each) for each in walk_case(recorded(paths, asked))], lambda hop: ""


def _of_topology(what: list[str], server: str | None, down: list[str]) -> tuple[list[Shown], PlaceOf]:
    from lvsc.cli.gate import usable
    from lvsc.finding import LvscError
    from lvsc.report.walk import Shown
    from lvsc.rules.evidence import place_of
    from lvsc.walk.ask import walk_service

    if len(what) < 3:
        raise typer.BadParameter("name the topology, a client and a service", param_hint="TOPOLOGY... CLIENT SERVICE")
    *paths, client, service = what
    site = usable(paths, with_errors=True, silent=True)
    _known(site, client, service, server, down)
    asked = walk_service(site.hosts, client, service, down, server)
    if not asked:
        raise LvscError(f"{client} and {service} share no address family", "ask from another client")

    def place(hop: object) -> str:
        span = place_of(site, hop)  # type: ignore[arg-type]
        return f"{span.file}:{span.line}:{span.column}" if span is not None else ""

    return [Shown(each.walk, service, each.when) for each in asked], place


def _known(site: Site, client: str, service: str, server: str | None, down: list[str]) -> None:
    """Refuse names that the topology has not got."""
    from lvsc.finding import LvscError, nearest
    from lvsc.words import HostRole

    clients = [host.name for host in site.hosts.values() if host.role is HostRole.CLIENT]
    members = (
        [each.server for each in site.topology.services[service].members] if service in site.topology.services else []
    )
    for kind, name, known in (
        ("client", client, clients),
        ("service", service, list(site.topology.services)),
        *((("host", name, [each for each in site.hosts if each != client])) for name in down),
        *([("real server of the service", server, members)] if server is not None else []),
    ):
        if name not in known:
            shown = ", ".join(known[:10]) + (" ..." if len(known) > 10 else "")
            raise LvscError(f"no {kind} is named {name}{nearest(name, known)}", f"use one of: {shown}" if known else "")
