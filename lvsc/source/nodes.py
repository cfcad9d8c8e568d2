"""Mappings and lists of a YAML file that know where each of their keys and values stands.

They are ordinary dicts and lists of plain values; the places live beside
the values, as the parser's own events, and become a Span only when asked.
"""

from __future__ import annotations

from typing import Any, Protocol

from lvsc.source.span import Span


class Mark(Protocol):
    """A position of the YAML parser; lines and columns count from 0."""

    line: int
    column: int


class Event(Protocol):
    """What the YAML parser saw between two marks."""

    start_mark: Mark
    end_mark: Mark


class Map(dict[str, Any]):
    """A YAML mapping; `places` holds the events of each key and of its value."""

    __slots__ = ("event", "file", "places")
    file: str
    event: Event
    places: dict[str, tuple[Event, Event]]

    @property
    def span(self) -> Span:
        """Where the mapping starts."""
        return span_of(self.file, self.event)

    def key_span(self, key: str) -> Span:
        """Where the key stands."""
        return span_of(self.file, self.places[key][0])

    def value_span(self, key: str) -> Span:
        """Where the value of the key stands; a mapping or list is shown by its key."""
        name, value = self.places[key]
        return span_of(self.file, name if isinstance(self[key], (Map, Seq)) else value)


class Seq(list[Any]):
    """A YAML list; `places` holds the event of each item."""

    __slots__ = ("event", "file", "places")
    file: str
    event: Event
    places: list[Event]

    def item_span(self, index: int) -> Span:
        """Where the item stands."""
        return span_of(self.file, self.places[index])


def span_of(file: str, event: Event) -> Span:
    """The span of what the parser saw."""
    start, end = event.start_mark, event.end_mark
    return Span(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def place(root: Any, path: tuple[str | int, ...], fallback: Span) -> Span:
    """The span of the deepest part of the path that exists below the root."""
    node, found = root, fallback
    for part in path:
        if isinstance(node, Map) and part in node:
            key = str(part)
            found, node = node.value_span(key), node[key]
        elif isinstance(node, Seq) and (index := _index(node, part)) is not None:
            found, node = node.item_span(index), node[index]
        else:
            break
    return found


def _index(node: Seq, part: str | int) -> int | None:
    if isinstance(part, int):
        return part if part < len(node) else None
    return node.index(part) if part in node else None
