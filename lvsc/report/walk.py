"""Walks as tables of hops for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from lvsc.report.case import target
from lvsc.report.plain import plain
from lvsc.state import Ask
from lvsc.walk import Hop, Talk, Walk, distinct
from lvsc.words import Verdict

PlaceOf = Callable[[Hop], str]


class Shown(NamedTuple):
    """A walk with the name of what it reaches, and how it was asked ("once it forgot its neighbours")."""

    walk: Walk
    service: str = ""
    when: str = ""


def table(shown: Sequence[Shown], place: PlaceOf) -> str:
    """Each walk: who asks whom and what came of it, then the way there and back."""
    return "\n".join("".join(f"{line}\n" for line in _walk(each, place)) for each in shown)


def _walk(shown: Shown, place: PlaceOf) -> Iterator[str]:
    walk = shown.walk
    answers = ", ".join(f"{name} {count}" for name, count in walk.answers.items()) or "nobody"
    who = f"{walk.ask.origin} to {shown.service + ' ' if shown.service else ''}{target(walk.ask)}"
    when = f" {shown.when}" if shown.when else ""
    yield plain(f"{who}: {walk.verdict.value}{when}, answered by {answers}")
    hops = way(walk)
    if not hops:
        yield "  it has no route there"
        return
    rows = [_row(hop, place) for hop in hops]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=False))
        yield f"  {cells}  {row[3]}".rstrip()
    yield from (f"  {line}" for line in ended(walk))


def _row(hop: Hop, place: PlaceOf) -> tuple[str, str, str, str]:
    sign = "x" if lost(hop) else "<" if hop.reply else ">"
    where = plain(place(hop))
    fact = plain(str(hop.fact)) if hop.fact is not None else ""
    return f"{sign} {plain(hop.host)} {plain(hop.device)}".rstrip(), plain(hop.did), fact, where


def lost(hop: Hop) -> bool:
    """Whether the packet got no further."""
    return hop.end is not None and hop.end.value != "answered"


def ended(walk: Walk) -> Iterator[str]:
    """Where and how it ended, if it does not work."""
    talk = _shown(walk)
    unmodelled = next((talk.unmodelled for talk in walk.talks if talk.unmodelled), "")
    if unmodelled:
        yield f"not followed: {plain(unmodelled)}"
    elif walk.verdict is Verdict.BYPASS:
        yield "past the director: no director scheduled this connection"
    elif talk is not None and talk.lost is not None:
        hop = talk.lost
        assert hop.end is not None
        yield f"lost on {plain(hop.host)}: {hop.end.value}; the client sees: {talk.error or 'timeout'}"


def _shown(walk: Walk) -> Talk | None:
    """The connection to show: the first that failed, or was answered past the director, else the first."""
    bad = (talk for talk in walk.talks if talk.answered_by is None)
    past = (talk for talk in walk.talks if talk.seen_by is None)
    return next(bad, next(past, next(iter(walk.talks), None)))


def way(walk: Walk) -> list[Hop]:
    """The hops of that connection, to where it was lost; what happens again on every packet is shown once."""
    talk = _shown(walk)
    if talk is None:
        return []
    lost = talk.lost if talk.answered_by is None else None
    return distinct(talk.hops[: talk.hops.index(lost) + 1] if lost is not None else talk.hops)


def as_json(shown: Sequence[Shown], place: PlaceOf) -> str:
    """The walks, version 1."""
    works = bool(shown) and all(each.walk.verdict is Verdict.WORKS for each in shown)
    return json.dumps({"version": 1, "works": works, "walks": [_json(each, place) for each in shown]}, indent=2) + "\n"


def _json(shown: Shown, place: PlaceOf) -> dict[str, Any]:
    walk, talk = shown.walk, _shown(shown.walk)
    lost = talk.lost if talk is not None and talk.answered_by is None else None
    ask: Ask = walk.ask
    return {
        "from": ask.origin,
        "to": target(ask),
        "service": shown.service,
        "when": shown.when,
        "connections": ask.connections,
        "verdict": walk.verdict.value,
        "answers": dict(walk.answers),
        "errors": dict(walk.errors),
        "end": lost.end.name.lower().replace("_", "-") if lost is not None and lost.end is not None else None,
        "hop": _hop(lost, place) if lost is not None else None,
        "unmodelled": [talk.unmodelled for talk in walk.talks if talk.unmodelled][:1],
        "hops": [_hop(hop, place) for hop in way(walk)],
    }


def _hop(hop: Hop, place: PlaceOf) -> dict[str, Any]:
    return {
        "host": hop.host,
        "device": hop.device,
        "reply": hop.reply,
        "did": hop.did,
        "packet": hop.packet,
        "fact": None
        if hop.fact is None
        else {"kind": hop.fact.kind.value, "key": hop.fact.key, "value": hop.fact.value, "place": place(hop)},
        "end": hop.end.name.lower().replace("_", "-") if hop.end is not None else None,
    }
