"""Firewall marks and ports of services."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from lvsc.finding import Note
from lvsc.source import Span
from lvsc.topology.desk import Desk
from lvsc.topology.merge import Named
from lvsc.topology.model import Origin

# Chosen marks stay below kube-proxy's bits 0x4000 and 0x8000, and above the small numbers people choose by hand.
FIRST_MARK, MARKS = 0x100, 0x3E00
Ports = tuple[tuple[int, int], ...]


def marks(desk: Desk, named: Iterable[Named]) -> dict[str, int]:
    """The mark of each service that has one: as written, else from its name, so that it stays when others go."""
    named = list(named)
    found: dict[str, int] = {item.name: item.node["mark"] for item in named if "mark" in item.node}
    taken = set(found.values())
    free = MARKS - sum(FIRST_MARK <= mark < FIRST_MARK + MARKS for mark in taken)
    wanting = sorted((item for item in named if item.node.get("as_one")), key=lambda item: item.name)
    for item in wanting:
        if item.name in found:
            continue
        if not free:
            message = f"service `{item.name}` needs a mark, but all {MARKS} that lvsc chooses from are taken"
            desk.say("contradiction", item.at, message, "write a `mark` of your own")
            break
        mark = zlib.crc32(item.name.encode()) % MARKS
        while mark + FIRST_MARK in taken:
            mark = (mark + 1) % MARKS
        found[item.name] = mark + FIRST_MARK
        taken.add(mark + FIRST_MARK)
        free -= 1
    return found


def ports(desk: Desk, item: Named, origin: Origin, mark: int | None) -> Ports:
    """The ports of a service as inclusive ranges; only a mark can join several."""
    values = desk.pair(origin, "port", "ports")
    if not values and (mark is None or "mark" not in item.node):
        remedy = "add `port:`, or `port: 0` for every port"
        desk.say("missing-key", item.at, f"service `{item.name}` has no port", remedy)
    found = [(span, at) for value, at in values if (span := _port(desk, value, at, mark)) is not None]
    _disjoint(desk, found, mark is not None)
    return tuple(span for span, _ in found)


def _port(desk: Desk, value: int | str, at: Span, mark: int | None) -> tuple[int, int] | None:
    if isinstance(value, int):
        return (value, value)
    low, high = map(int, value.split("-"))
    if not 1 <= low <= high <= 65535:
        desk.say("wrong-value", at, f"`{value}` is no range of ports", "write a range such as 30000-31000")
    elif mark is None:
        desk.say("contradiction", at, f"the range {value} needs one service for all its ports", "add `as_one: true`")
    else:
        return (low, high)
    return None


def _disjoint(desk: Desk, found: list[tuple[tuple[int, int], Span]], joined: bool) -> None:
    """A port that stands twice would be two equal services, or a set that nft refuses; 0 holds every port."""
    last: tuple[tuple[int, int], Span] | None = None
    for (low, high), at in sorted(found):
        if last is not None and (low <= last[0][1] or (joined and last[0] == (0, 0))):
            message = f"port {_shown(low, high)} {_met(last[0], (low, high))}"
            desk.say("contradiction", at, message, "keep each port once", [Note(last[1], "the other one")])
        if last is None or high > last[0][1]:
            last = ((low, high), at) if not (joined and last is not None and last[0] == (0, 0)) else last


def _shown(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _met(other: tuple[int, int], own: tuple[int, int]) -> str:
    if other == own:
        return "stands twice"
    if other == (0, 0):
        return "is in port 0, which is every port"
    return f"is in {_shown(*other)}, too" if own[0] == own[1] else f"overlaps with {_shown(*other)}"
