"""One connection of a client, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lvsc.state import Ask
from lvsc.walk.trace import End, Hop
from lvsc.words import Address

_MOST_HOPS = 400


@dataclass(slots=True, eq=False)
class Talk:
    """`answered_by` is the host whose application answered all of it; `seen_by` the director that scheduled it.

    `arrived` are the hosts whose application got the request; `error` what the client was told.
    """

    ask: Ask
    number: int
    source: Address
    port: int
    answered_by: str | None = None
    seen_by: str | None = None
    arrived: list[str] = field(default_factory=list)
    error: str = ""
    hops: list[Hop] = field(default_factory=list)
    unmodelled: str = ""
    received: int = 0
    opened: bool = False
    server: str | None = None

    @property
    def done(self) -> bool:
        """Whether all was answered, or it has failed."""
        return self.received >= self.ask.exchanges or bool(self.error)

    @property
    def heard(self) -> bool:
        """Whether a first answer came, or it has failed."""
        return self.received > 0 or bool(self.error)

    def tell(self, hop: Hop) -> None:
        """Keep a hop; of a packet that goes in circles not all."""
        if len(self.hops) < _MOST_HOPS:
            self.hops.append(hop)
        if hop.end is End.UNMODELLED and not self.unmodelled:
            self.unmodelled = f"{hop.host}: {hop.did}"

    @property
    def lost(self) -> Hop | None:
        """The hop where it went wrong first: where the first packet that got no further was lost."""
        return next((hop for hop in self.hops if hop.end not in (None, End.ANSWERED)), None)
