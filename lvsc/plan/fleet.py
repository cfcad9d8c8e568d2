"""The order in which a cluster's hosts are changed: nobody is sent traffic before it is ready for it."""

from __future__ import annotations

from dataclasses import dataclass

from lvsc.state import Hosts, HostState
from lvsc.words import HostRole


@dataclass(frozen=True, slots=True)
class Turn:
    """Hosts that may be changed at once; `why` says why now. `keep`: nothing is removed from them yet."""

    hosts: tuple[str, ...]
    why: str
    keep: bool = False


def turns(hosts: Hosts) -> tuple[Turn, ...]:
    """Real servers get what is new, then directors, standby first, one at a time, then real servers lose what is old.

    A director must not send to a real server that has no VIP yet, nor may a real server
    lose one while a director still sends to it.
    """
    managed = [host for host in hosts.values() if host.managed]
    servers = tuple(host.name for host in managed if host.role is HostRole.REAL_SERVER)
    directors = sorted((host for host in managed if host.role is HostRole.DIRECTOR), key=_rank)
    found = [Turn(servers, "ready before a director sends to them", keep=True)] if servers else []
    found += [Turn((director.name,), _why(director, directors)) for director in directors]
    if servers:
        found.append(Turn(servers, "no director sends any more what leaves them"))
    return tuple(found)


def _rank(host: HostState) -> tuple[int, str]:
    return max((instance.priority for instance in host.vrrp), default=0), host.name


def _why(director: HostState, directors: list[HostState]) -> str:
    if not director.vrrp:
        return "serves alone" if len(directors) == 1 else "one director at a time"
    last = director is directors[-1]
    return "serves now: its standby is done" if last and len(directors) > 1 else "standby"
