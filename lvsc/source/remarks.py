"""Comments of a file that speak to lvsc: `# lvsc: ignore...`, never text that only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lvsc.source.nodes import Event, Map, Seq
from lvsc.source.span import Span

_REMARK = re.compile(r"(?:^|(?<=\s))#[ \t]*lvsc:[ \t]*(ignore\b.*?)\s*$", re.M)
_NEEDLE = b"ignore"
Place = tuple[int, int]


class Remark(NamedTuple):
    """What a comment says after `lvsc:`, where it stands, and whether it has its line to itself."""

    text: str
    at: Span
    alone: bool


def remarks(root: Map, data: bytes) -> list[Remark]:
    """The comments of a file, in order."""
    if _NEEDLE not in data:
        return []
    text = data.decode("utf-8-sig")
    found = list(_REMARK.finditer(text))
    scalars = list(_scalars(root, set())) if found else []
    return [each for match in found if (each := _remark(root.file, text, match, scalars)) is not None]


def _remark(file: str, text: str, match: re.Match[str], scalars: list[tuple[Place, Place]]) -> Remark | None:
    start = match.start() + match[0].index("#")
    line, before = text.count("\n", 0, start) + 1, text[text.rfind("\n", 0, start) + 1 : start]
    place = (line, len(before) + 1)
    if any(first <= place < end for first, end in scalars):
        return None
    span = Span(file, line, place[1], line, place[1] + match.end(1) - start)
    return Remark(match[1], span, not before.strip())


def _scalars(node: Any, seen: set[int]) -> Iterator[tuple[Place, Place]]:
    if not isinstance(node, (Map, Seq)) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, Map):
        for key, (name, event) in node.places.items():
            yield _bounds(name)
            yield from _value(node[key], event, seen)
        return
    for value, event in zip(node, node.places, strict=True):
        yield from _value(value, event, seen)


def _value(value: Any, event: Event, seen: set[int]) -> Iterator[tuple[Place, Place]]:
    if isinstance(value, (Map, Seq)):
        yield from _scalars(value, seen)
    else:
        yield _bounds(event)


def _bounds(event: Event) -> tuple[Place, Place]:
    start, end = event.start_mark, event.end_mark
    return (start.line + 1, start.column + 1), (end.line + 1, end.column + 1)
