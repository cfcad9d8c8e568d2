"""A case: hosts, and what is asked of them; walked on the model, rehearsed in a kernel."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lvsc.state.host import Hosts
from lvsc.words import Address, Interface, Protocol


class Deed(enum.Enum):
    """What happens on a host between two asks."""

    FORGET = "forget neighbours"
    ADD = "add address"
    REMOVE = "remove address"
    ANNOUNCE = "announce address"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Before:
    """One deed, on one host (WAIT: on none, for so many seconds)."""

    deed: Deed
    host: str = ""
    device: str | None = None
    address: Interface | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """Connections from one host to one address and port, one after the other and then held open together.

    `request` and `response` are bytes; 0 is a few. `exchanges`: how often
    request and response go to and fro, a twentieth of a second apart.
    """

    origin: str
    address: Address
    port: int
    protocol: Protocol = Protocol.TCP
    connections: int = 4
    source: Address | None = None
    request: int = 0
    response: int = 0
    exchanges: int = 1
    before: tuple[Before, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """`first`: hosts that hear a broadcast first, in that order; then the others, the last named first."""

    name: str
    hosts: Hosts
    asks: tuple[Ask, ...]
    first: tuple[str, ...] = ()
