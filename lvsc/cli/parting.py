"""Before a director of keepalived loses real servers: they are quiesced by a first reload, and drained."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from lvsc.apply.drain import wait_drained
from lvsc.apply.parting import leaving, parted
from lvsc.apply.prepare import fit, observe
from lvsc.apply.run import Ending, Manner, perform
from lvsc.cli.console import say
from lvsc.cli.host import Here, wanted_of
from lvsc.cli.progress import working
from lvsc.plan.thing import Server, ServerValue

if TYPE_CHECKING:
    from lvsc.plan.wanted import Wanted
    from lvsc.state import HostState


class Parted(Enum):
    """What became of the real servers that leave."""

    NONE = "nothing leaves that has connections"
    GONE = "their connections have ended"
    WAITS = "some still have connections: a later run must remove them"


def part(this: Here, host: HostState, wanted: Wanted, manner: Manner) -> Parted:
    """Let what leaves end its connections."""
    from lvsc.cli.apply import end

    committed = this.store.committed()
    going = leaving(wanted.table, committed[0].table) if committed is not None else []
    if committed is None or not _busy(this, going):
        return Parted.NONE
    say("  keepalived: what leaves gets no new connections")
    between = wanted_of(parted(host, committed[0].table))
    prepared = observe(this.door, this.store, between)
    fit(prepared, None)
    outcome = perform(this.door, this.store, prepared.plan, between, replace(manner, manual=False))
    if outcome.ending is not Ending.COMMITTED:
        end(this, outcome, between, None)
    with working("waiting for connections to end"):
        left = wait_drained(this.door, going, manner.drain)
    for server, count in left.items():
        say(f"lvsc: {server} of {server.service} still has {count} after {manner.drain:g} s, a later run removes it")
    return Parted.WAITS if left else Parted.GONE


def _busy(this: Here, going: list[Server]) -> bool:
    """Whether any of them still takes or has connections."""
    live = this.door.read([])
    weights = [value.weight for key in going if isinstance(value := live.get(key), ServerValue)]
    return any(weights) or any(this.door.connections(going).values())
