"""Asks of a scene, one after the other, with what happens before each."""

from __future__ import annotations

from typing import Any

from lvsc.lab.guest.deeds import do
from lvsc.lab.guest.exchange import Applications, Connection
from lvsc.lab.guest.reactor import Reactor
from lvsc.lab.guest.table import Entry, connections, scheduled

_FIRST, _NEXT = 0.3, 0.15


def answer(scene: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """What became of each connection of each ask."""
    reactor = Reactor()
    try:
        applications = Applications(reactor, scene["hosts"])
        return [_ask(reactor, applications, scene["directors"], ask) for ask in scene["asks"]]
    finally:
        reactor.close()


def _ask(
    reactor: Reactor, applications: Applications, directors: list[str], ask: dict[str, Any]
) -> list[dict[str, Any]]:
    for deed in ask["before"]:
        do(reactor, deed)
    before = scheduled(directors)
    made: list[Connection] = []
    for number in range(ask["connections"]):
        made.append(Connection(reactor, ask))
        reactor.run(lambda: made[-1].heard, _NEXT if number else _FIRST)
    reactor.run(lambda: all(each.done for each in made), ask["limit"])
    known = connections(directors)
    # One-packet scheduling keeps no entries, it only counts.
    counted = ask["entryless"] and scheduled(directors) - before >= len(made)
    said = [_said(applications, ask, each, known, "a director" if counted else None) for each in made]
    for each in made:
        each.close()
    reactor.run(lambda: False, 0.01)
    return said


def _said(
    applications: Applications, ask: dict[str, Any], each: Connection, known: dict[Any, Entry], director: str | None
) -> dict[str, Any]:
    entry = known.get((ask["protocol"], each.source, each.port))
    return {
        "answer": each.answer,
        "error": each.error or ("" if each.answer else "timeout"),
        "director": entry.director if entry else director,
        "server": entry.server if entry else None,
        "reached": sorted(host for host, *peer in applications.seen if peer == [each.source, each.port]),
    }
