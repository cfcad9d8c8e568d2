"""What a walk tells: hops, the fact that decided each, and the end."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple


class End(enum.Enum):
    """Where a packet's way ends, a closed set; every one but ANSWERED loses it."""

    ANSWERED = "answered"
    NO_NEIGHBOUR = "nobody answers for the next hop"
    NO_ROUTE = "no route"
    NOT_LOCAL = "not an address of this host, which does not forward"
    MARTIAN_SOURCE = "its source is an address of this host"
    BAD_SOURCE = "no packet may come from this source"
    BAD_DESTINATION = "no packet may go to this destination"
    REVERSE_PATH = "reverse-path filter"
    FILTERED = "packet filter"
    LOOP = "hop limit reached, it went in a circle"
    NO_DESTINATION = "the virtual service has no real server for it"
    PORT_CLOSED = "nobody listens on the port"
    WRONG_SOURCE = "the answer comes from an address that the client did not ask"
    TOO_BIG = "larger than the link, and nobody learns of it"
    NOT_OPENED = "no tunnel device opens it"
    REFUSED_BY_IPVS = "IPVS does not send there"
    DEVICE_DOWN = "the device is down"
    SENT_NOWHERE = "it left by a device that leads nowhere"
    TORN = "its fragments go different ways"
    RESET = "the connection was reset"
    UNREACHABLE = "an ICMP error came back"
    UNMODELLED = "something that lvsc does not follow"


class FactKind(enum.Enum):
    """What sort of fact of a host decided."""

    SYSCTL = "sysctl"
    ADDRESS = "address"
    ROUTE = "route"
    RULE = "rule"
    LINK = "link"
    NEIGHBOUR = "neighbour"
    SERVICE = "service"
    FILTER = "filter"
    LISTENER = "listener"
    UNKNOWN = "unknown"


class Fact(NamedTuple):
    """A fact of a host's state: its kind, its key there (a sysctl's path, an address, ...), and its value."""

    kind: FactKind
    key: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.key} = {self.value}" if self.value else self.key


ASKS, ANSWERS = "asks who has", "answers for"


class Hop(NamedTuple):
    """A step of a packet: where, by which device, what the host did with which packet, and why.

    `end` is set where the packet got no further.
    """

    host: str
    device: str
    did: str
    packet: str
    reply: bool
    fact: Fact | None = None
    end: End | None = None

    @property
    def resolves(self) -> bool:
        """Whether it only finds the next hop's neighbour."""
        return self.did.startswith((ASKS, ANSWERS))

    def __str__(self) -> str:
        where = f"{self.host} {self.device}".rstrip()
        why = f" ({self.fact})" if self.fact is not None else ""
        return f"{where}: {self.did}{why}"


def distinct(hops: Iterable[Hop]) -> list[Hop]:
    """The hops without what happens again: on every packet of a connection, or on every turn of a circle."""
    kept: dict[tuple[str, str, str], Hop] = {}
    for hop in hops:
        kept.setdefault((hop.host, hop.device, hop.did), hop)
    return list(kept.values())
