"""`lvsc snapshot`."""

from __future__ import annotations

import socket
from enum import StrEnum
from typing import Annotated

import typer

EXAMPLE = "Example: lvsc snapshot --out lvs1.json"


class Role(StrEnum):
    """The part that a host plays."""

    director = "director"
    real_server = "real server"
    router = "router"
    client = "client"


def snapshot(
    name: Annotated[
        str | None, typer.Option(help="What the host is called; without it, this host's name.", envvar="LVSC_HOST")
    ] = None,
    role: Annotated[
        Role | None, typer.Option(help="Its part; without it director, where there are services, else real server.")
    ] = None,
    out: Annotated[str, typer.Option(metavar="FILE", help="Where it goes.")] = "-",
) -> None:
    """Record this host as it is: a state file (docs/states.md) that can be walked, linted against and planned for.

    Nothing is changed, and IPVS is not loaded for it.
    """
    from lvsc.cli.files import write_text
    from lvsc.cli.host import may_change
    from lvsc.kernel.observe import observe
    from lvsc.snapshot import host_json, json_text
    from lvsc.words import HostRole

    may_change()
    host = observe(name or socket.gethostname().split(".")[0], HostRole(role.value) if role else None)
    write_text(out, json_text(host_json(host)))
