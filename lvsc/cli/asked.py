"""One ask from the command line's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from lvsc.state import Ask, Case

_TARGET = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})(?:/([a-z]+))?")
_WANTED = "ADDRESS:PORT or ADDRESS:PORT/PROTOCOL, such as 192.0.2.100:80 or [2001:db8::100]:53/udp"


def ask(
    origin: str, target: str, source: str | None, connections: int, request: int, response: int, exchanges: int
) -> Ask:
    """The ask that `--from`, `--to` and so on describe."""
    from lvsc.state import Ask
    from lvsc.words import Protocol, parse_address

    found = _TARGET.fullmatch(target)
    address = parse_address(found[1] or found[2]) if found else None
    protocols = [each.value for each in Protocol]
    if found is None or address is None or int(found[3]) > 65535 or (found[4] or "tcp") not in protocols:
        raise typer.BadParameter(f"`{target}` is not {_WANTED}", param_hint="--to")
    own = parse_address(source) if source is not None else None
    if source is not None and (own is None or own.version != address.version):
        raise typer.BadParameter(f"`{source}` is no IPv{address.version} address", param_hint="--source")
    return Ask(
        origin,
        address,
        int(found[3]),
        Protocol(found[4] or "tcp"),
        connections,
        own,
        request,
        response,
        exchanges,
    )


def recorded(paths: list[str], asked: Ask | None) -> Case:
    """The recorded hosts and what to ask of them; raises LvscError where that is nothing."""
    from dataclasses import replace

    from lvsc.finding import LvscError
    from lvsc.snapshot import read_states

    case = read_states(paths)
    if asked is not None:
        if asked.origin not in case.hosts:
            raise LvscError(f"no host is named {asked.origin}", f"use one of: {', '.join(case.hosts)}")
        return replace(case, asks=(asked,))
    if not case.asks:
        raise LvscError("nothing is asked: the state files hold no asks", "ask with --from and --to")
    return case
