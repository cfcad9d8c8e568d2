"""Which key stands where: from a place in a file back to the path of the value there."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lvsc.source.nodes import Event, Map, Seq
from lvsc.source.span import Span

KeyPath = tuple[str, ...]


class Entry(NamedTuple):
    """A key or list item: where it starts, where its value ends (line and column, from 1), and its path."""

    start: tuple[int, int]
    end: tuple[int, int]
    path: KeyPath


class Outline:
    """The keys of some files in the order of the text; a list item is named by its value, else by its number."""

    def __init__(self, roots: Iterable[Map]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for root in roots:
            self._entries[root.file] = sorted(_entries(root, (), set()))

    def entries(self, file: str) -> list[Entry]:
        """Every key and item of a file."""
        return self._entries.get(file, [])

    def path(self, span: Span) -> KeyPath:
        """The path of the last key or item that starts at a place or before it."""
        entries = self.entries(span.file)
        index = bisect.bisect_right(entries, (span.line, span.column), key=lambda entry: entry.start)
        return entries[index - 1].path if index else ()


def _entries(node: Any, path: KeyPath, seen: set[int]) -> Iterator[Entry]:
    """Each node once, also where aliases repeat it."""
    if not isinstance(node, (Map, Seq)) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, Map):
        for key, (name, event) in node.places.items():
            below = (*path, key)
            yield Entry(_start(name), _end(node[key], event), below)
            yield from _entries(node[key], below, seen)
        return
    for index, event in enumerate(node.places):
        value = node[index]
        below = (*path, str(index) if isinstance(value, (Map, Seq)) else str(value))
        yield Entry(_start(event), _end(value, event), below)
        yield from _entries(value, below, seen)


def _start(event: Event) -> tuple[int, int]:
    return (event.start_mark.line + 1, event.start_mark.column + 1)


def _end(value: Any, event: Event) -> tuple[int, int]:
    """Where a value ends: of a mapping or list its last part, as only its beginning is kept."""
    found = (event.end_mark.line + 1, event.end_mark.column + 1)
    if isinstance(value, Map) and value.places:
        key, (_, last) = next(reversed(value.places.items()))
        return max(found, _end(value[key], last))
    if isinstance(value, Seq) and value.places:
        return max(found, _end(value[-1], value.places[-1]))
    return found
