"""What is asked of a made-up cluster, and what happens in between."""

from __future__ import annotations

from dataclasses import replace

from fidelity.draft import World, single
from lvsc.state import Ask, Before, Deed
from lvsc.words import Protocol


def ask(made: World) -> None:
    """One to three asks, most from a client."""
    dice = made.dice
    big = bool(made.mtu) or dice.chance(8)
    count = dice.weighted({1: 45.0, 2: 35.0, 3: 20.0})
    first = _ask(made, big)
    made.asks.append(first)
    for _ in range(count - 1):
        again = first if dice.chance(70) else _ask(made, big)
        made.asks.append(replace(again, before=_deeds(made)))


def _ask(made: World, big: bool) -> Ask:
    dice = made.dice
    origin = dice.choice(made.clients)
    if dice.chance(5):
        origin = dice.choice([*made.servers, *made.directors])
    most = 4000 if made.protocol is Protocol.UDP else 5000
    request = most if big and dice.chance(75) else 0
    response = dice.choice([most, 20000 if made.protocol is Protocol.TCP else most]) if big and dice.chance(40) else 0
    slow = made.protocol is Protocol.TCP and not big and dice.chance(30 if made.one_arm else 6)
    port = made.port if dice.chance(97) else 81
    connections = dice.weighted({4: 75.0, 2: 10.0, 6: 15.0})
    source = origin.address("eth0", made.family) if dice.chance(10) else None
    return Ask(
        origin.name, made.vip, port, made.protocol, connections, source, request, response, 12 if slow else 1
    )  # fmt: skip


def _deeds(made: World) -> tuple[Before, ...]:
    dice = made.dice
    what = dice.weighted({"servers": 45.0, "asker": 15.0, "nothing": 25.0, "failover": 15.0})
    if what == "failover" and "dir2" in made.hosts:
        return _failover(made)
    if what == "servers":
        return tuple(Before(Deed.FORGET, host.name) for host in made.servers)
    if what == "asker":
        return tuple(Before(Deed.FORGET, name) for name in ("router", *(each.name for each in made.clients)))
    return ()


def _failover(made: World) -> tuple[Before, ...]:
    """The VIP moves to the second director, told or untold."""
    held = next((each for each in made.hosts["dir"].held if each.ip == made.vip), None)
    if held is None or any(each.ip == made.vip for each in made.hosts["dir2"].held):
        return ()
    if any(before.deed is Deed.REMOVE for each in made.asks for before in each.before):
        return ()
    moved = [
        Before(Deed.REMOVE, "dir", held.device, held.address),
        Before(Deed.ADD, "dir2", "eth0", single(made.vip)),
    ]
    if made.dice.chance(60):
        moved.append(Before(Deed.ANNOUNCE, "dir2", "eth0", single(made.vip)))
    return tuple(moved)
