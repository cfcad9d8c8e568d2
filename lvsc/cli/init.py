"""`lvsc init`."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLE = "Example: lvsc init && lvsc lint"

FIRST = """\
# A first cluster: one director, two real servers, direct routing. Change the
# addresses to yours, then: lvsc lint, lvsc compile, lvsc rehearse.
# Every key: docs/topology.md, or `lvsc schema` for your editor.
lvsc: 1

networks:
  lan: {subnet: 192.0.2.0/24, gateway: 192.0.2.1}

directors:
  lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}}}

real_servers:
  web1: {interfaces: {eth0: {network: lan, address: 192.0.2.11}}}
  web2: {interfaces: {eth0: {network: lan, address: 192.0.2.12}}}

vips:
  web: {address: 192.0.2.100, network: lan}

services:
  http:
    vip: web
    port: 80
    mode: dr            # or nat, tun
    scheduler: wlc
    real_servers: [web1, web2]
"""


def init(
    path: Annotated[str, typer.Argument(help="The file to write.")] = "lvsc.yaml",
) -> None:
    """Write a first topology to start from."""
    from lvsc.cli.console import say
    from lvsc.finding import LvscError

    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(FIRST)
    except FileExistsError:
        raise LvscError(f"{path} is already there", "nothing was written; name another file") from None
    except OSError as error:
        raise LvscError(f"cannot write {path}: {error.strerror}") from error
    say(f"wrote {path}; next: lvsc lint {path}")
