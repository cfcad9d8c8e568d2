"""Plays the asks of a case on the model, in their order, and says what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lvsc.state import Ask, Before, Case, Deed, Held
from lvsc.walk.clients import Clients
from lvsc.walk.machine import Machine
from lvsc.walk.neighbours import announce, unanswered
from lvsc.walk.outbound import source_for
from lvsc.walk.talk import Talk
from lvsc.walk.trace import End, Fact, FactKind, Hop
from lvsc.walk.world import World
from lvsc.words import Verdict


@dataclass(frozen=True, slots=True)
class Walk:
    """What one ask came to: the verdict, answers by host, errors, and every connection's way."""

    ask: Ask
    verdict: Verdict
    answers: Mapping[str, int]
    errors: Mapping[str, int]
    talks: tuple[Talk, ...]

    @property
    def lost(self) -> Hop | None:
        """The hop at which the first connection that failed was lost."""
        return next((talk.lost for talk in self.talks if talk.answered_by is None), None)


def walk_case(case: Case, forced: str | None = None) -> list[Walk]:
    """Every ask in its order; `forced` is the real server that every scheduler has to take."""
    world = World(case)
    world.forced = forced
    found = []
    for ask in case.asks:
        for before in ask.before:
            _do(world, before)
        found.append(_walk(world, ask))
    return found


def _walk(world: World, ask: Ask) -> Walk:
    machine = world.machine(ask.origin)
    source = ask.source or source_for(world, machine, ask.address)
    if source is not None:
        talks = Clients(world, machine, ask).play(source)
    else:
        talks = [_unsent(machine, ask, number) for number in range(ask.connections)]
    ended = {(talk.source, talk.port) for talk in talks if talk.opened}
    for each in world.made:
        each.table.close(ended)
        each.sockets.clear()
    return _result(world, ask, talks)


def _unsent(machine: Machine, ask: Ask, number: int) -> Talk:
    """A connection that the client cannot begin: it has no route, or no address to send from."""
    talk = Talk(ask, number, ask.address, 0, error="unreachable")
    way = machine.fibs[ask.address.version].lookup(ask.address)
    fact = way.fact if way is not None else Fact(FactKind.ROUTE, str(ask.address), "no route")
    did = f"has no route to {ask.address}" if way is None else f"has no address to reach {ask.address} from"
    talk.tell(Hop(machine.name, "", did, str(ask.address), False, fact, End.NO_ROUTE))
    return talk


def _settle(world: World) -> None:
    world.run()
    unanswered(world)


def _do(world: World, before: Before) -> None:
    """A deed between two asks."""
    if before.deed is Deed.WAIT:
        world.now += before.seconds
        return
    machine = world.machine(before.host)
    if before.deed is Deed.FORGET:
        machine.neighbours = {key: known for key, known in machine.neighbours.items() if known.permanent}
    elif before.deed is Deed.ANNOUNCE and before.address is not None and before.device is not None:
        ask = Ask(before.host, before.address.ip, 0)
        announce(world, machine, before.device, before.address.ip, Talk(ask, 0, before.address.ip, 0))
        _settle(world)
    elif before.address is not None:
        held = Held(before.device or "lo", before.address)
        if before.deed is Deed.ADD:
            machine.held.append(held)
        else:
            machine.held = [
                each for each in machine.held if each.address != before.address or each.device != held.device
            ]
        machine.rebuild()


def _result(world: World, ask: Ask, talks: list[Talk]) -> Walk:
    answered = [talk for talk in talks if talk.answered_by is not None]
    answers = Counter(str(talk.answered_by) for talk in answered)
    errors = Counter(talk.error or "timeout" for talk in talks if talk.answered_by is None)
    return Walk(ask, _verdict(world, talks, answered), dict(answers), dict(errors), tuple(talks))


def _verdict(world: World, talks: list[Talk], answered: list[Talk]) -> Verdict:
    for talk in talks:
        talk.unmodelled = talk.unmodelled or _strange(world, talk)
    if any(talk.unmodelled for talk in talks):
        return Verdict.UNMODELLED
    if any(talk.seen_by is None for talk in answered):
        return Verdict.BYPASS
    if talks and len(answered) == len(talks):
        return Verdict.WORKS
    return Verdict.PARTIAL if answered else Verdict.FAILS


def _strange(world: World, talk: Talk) -> str:
    """What of a host that it met lvsc does not follow, or does not know."""
    for name in dict.fromkeys(hop.host for hop in talk.hops):
        host = world.case.hosts[name]
        if host.unmodelled:
            return f"{name}: {host.unmodelled[0]}"
        if host.unknown:
            return f"{name}: nothing is said of its {', '.join(sorted(host.unknown))}"
    return ""
