"""The connections of one ask, side by side: each begins when the one before was answered, or seems not to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from lvsc.state import Ask
from lvsc.walk.ends import again, is_open, repeat, start
from lvsc.walk.machine import Machine
from lvsc.walk.neighbours import unanswered
from lvsc.walk.talk import Talk
from lvsc.walk.world import World
from lvsc.words import Address, Protocol

# As in the lab (lab/guest/asks.py, exchange.py, lab/asking.py): the pause before a client's next
# request, how long the first and the others are waited for before another begins, and all of them in the end.
_PAUSE, _FIRST, _NEXT, _LIMIT = 0.05, 0.3, 0.15, 1.0
# There and back: a datagram is answered sooner than a connection. And what closing all of them takes.
_DATAGRAM, _CONNECTION, _CLOSE = 0.004, 0.01, 0.01
# A SYN is sent again after a second, data after TCP_RTO_MIN, first as a probe of the tail (RFC 6298, RFC 8985).
_SYN_AGAIN, _DATA_AGAIN = (1.0, 2.0), (0.2, 0.2, 0.4, 0.8, 1.6)


@dataclass(slots=True)
class _Client:
    """A connection with how often its SYN or request was sent in vain."""

    talk: Talk
    open: bool = False
    received: int = 0
    tries: int = 0


@dataclass(slots=True)
class Clients:
    """What they do next, and when."""

    world: World
    machine: Machine
    ask: Ask
    all: list[_Client] = field(default_factory=list)
    _turns: list[tuple[float, int]] = field(default_factory=list)

    def play(self, source: Address) -> list[Talk]:
        """Every connection from its beginning until it is done or given up."""
        for number in range(self.ask.connections):
            talk = Talk(self.ask, number, source, self.world.next_port())
            self.all.append(_Client(talk))
            start(self.world, self.machine, talk)
            self._settle(number)
            if talk.heard:
                self.world.now += self._trip
            else:
                self._until(_NEXT if number else _FIRST, lambda: self.all[-1].talk.heard)
        limit = _LIMIT + 2 * _PAUSE * (self.ask.exchanges - 1)
        self._until(limit, lambda: all(each.talk.done for each in self.all))
        self.world.now += _CLOSE
        return [each.talk for each in self.all]

    @property
    def _datagrams(self) -> bool:
        return self.ask.protocol is Protocol.UDP

    @property
    def _trip(self) -> float:
        return _DATAGRAM if self._datagrams else _CONNECTION

    def _until(self, seconds: float, enough: Callable[[], bool]) -> None:
        """Whatever comes within that time, unless there is enough before."""
        end = self.world.now + seconds
        while not enough():
            if not self._turns or self._turns[0][0] > end:
                self.world.now = end
                return
            due, number = heappop(self._turns)
            self.world.now = max(self.world.now, due)
            self._turn(number)

    def _turn(self, number: int) -> None:
        """Its next request, or once more what nothing answered."""
        talk = self.all[number].talk
        if talk.done:
            return
        if self._datagrams or is_open(self.machine, talk):
            again(self.world, self.machine, talk)
        else:
            repeat(self.world, self.machine, talk)
        self._settle(number)

    def _settle(self, number: int) -> None:
        """Let the packets run, and see what this client will do, and when."""
        self.world.run()
        unanswered(self.world)
        client, talk = self.all[number], self.all[number].talk
        if talk.done:
            return
        opened, answered = is_open(self.machine, talk) and not client.open, talk.received > client.received
        client.open, client.received = client.open or opened, talk.received
        if opened or answered:
            client.tries = 0
        if answered:
            heappush(self._turns, (self.world.now + self._trip + _PAUSE, number))
            return
        waits = () if self._datagrams else _DATA_AGAIN if client.open else _SYN_AGAIN
        if client.tries < len(waits):
            heappush(self._turns, (self.world.now + waits[client.tries], number))
            client.tries += 1
