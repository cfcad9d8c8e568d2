"""What a topology's client asks of a service: every address and port of it, cold, later, and for long."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

from lvsc.state import Ask, Before, Case, Deed, Hosts, HostState, VirtualService
from lvsc.state.serving import probed_ports, with_listeners
from lvsc.walk.failover import standing
from lvsc.walk.play import Walk, walk_case
from lvsc.words import Address, HostRole, Protocol, Verdict

_LARGE, _LONG, _MOST = 5000, 8, 400
TIMES = ("at first", "once its neighbours are forgotten", "in a long connection")


class Asked(NamedTuple):
    """A walk and when it was made."""

    walk: Walk
    when: str


def targets(director: HostState, service: VirtualService) -> Iterator[tuple[Address, int, Protocol]]:
    """The addresses and ports at which clients find a service."""
    if service.address is not None:
        yield service.address, probed_ports(director, service)[0], service.protocol
        return
    for rule in director.marks:
        if rule.mark == service.mark and rule.address.version == service.family.value:
            yield rule.address, rule.ports[0][0] or 80, rule.protocol


def asks(short: Ask, forgetful: Collection[str]) -> tuple[Ask, ...]:
    """The same at first, after these hosts forgot their neighbours, and in a long connection with large packets."""
    size = _LARGE if short.protocol is not Protocol.UDP else 0
    before = tuple(Before(Deed.FORGET, name) for name in forgetful)
    return (short, replace(short, before=before), replace(short, request=size, response=size, exchanges=_LONG))


def walk_service(
    hosts: Hosts, client: str, service: str, down: Collection[str] = (), server: str | None = None
) -> list[Asked]:
    """For each address and port of a service the walk that shows most: the first that does not work, or the first.

    `server` is the only real server that the scheduler may take.
    """
    up = with_listeners(standing(hosts, down))
    servers = [name for name, host in up.items() if host.role is HostRole.REAL_SERVER]
    found: dict[tuple[Address, int, Protocol], Asked] = {}
    for director in up.values():
        for each in director.ipvs:
            if each.name != service:
                continue
            for address, port, protocol in targets(director, each):
                if (address, port, protocol) not in found and _speaks(up[client], address):
                    count = 1 if server else min(_MOST, 2 * max(1, sum(1 for d in each.destinations if d.weight)))
                    short = Ask(client, address, port, protocol, count)
                    near = [d.name for d in each.destinations if d.name in up]
                    case = Case("walk", up, asks(short, near), tuple(servers))
                    found[address, port, protocol] = telling(walk_case(case, server))
    return list(found.values())


def _speaks(client: HostState, address: Address) -> bool:
    return any(held.address.version == address.version for held in client.addresses)


def telling(walks: list[Walk]) -> Asked:
    """Of the walks of one ask, at all its times, the one that shows most."""
    bad = (Asked(walk, when) for walk, when in zip(walks, TIMES, strict=True) if walk.verdict is not Verdict.WORKS)
    return next(bad, Asked(walks[0], ""))
