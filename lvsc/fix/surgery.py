"""Where in the text an edit cuts, and what it puts there; what it cannot do well it leaves to a person (None)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lvsc.finding import Cut, Drop, Edit, Put
from lvsc.fix.written import written
from lvsc.source import Map, Seq

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A piece of the text and what takes its place."""

    start: int
    end: int
    text: str


class Text:
    """A file's text, with the index of each of its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = [0, *(found.end() for found in _BREAK.finditer(text))]
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def index(self, mark: Any) -> int:
        """Where a mark of the parser is."""
        line, column = int(mark.line), int(mark.column)
        return self.starts[line] + column

    def line_start(self, index: int) -> int:
        """Where the line of an index begins."""
        return max(start for start in self.starts if start <= index)

    def line_end(self, index: int) -> int:
        """Where the line of an index ends, without its break."""
        found = _BREAK.search(self.text, index)
        return found.start() if found else len(self.text)


def piece(text: Text, edit: Edit) -> Piece | None:
    """What an edit does to the text."""
    if isinstance(edit, Cut):
        return _cut(text, edit)
    if isinstance(edit, Drop):
        return _drop(text, edit)
    return _set(text, edit) if _own(edit.node, edit.key) else _add(text, edit)


def _flow(node: Map | Seq) -> bool:
    return bool(getattr(node.event, "flow_style", False))


def _own(node: Map, key: str) -> bool:
    """Whether the mapping states the key itself; `<<` brings others."""
    if key not in node:
        return False
    place, start = node.places[key][0].start_mark, node.event.start_mark
    return (place.line, place.column) >= (start.line, start.column)


def _set(text: Text, edit: Put) -> Piece | None:
    old, event = edit.node[edit.key], edit.node.places[edit.key][1]
    start, end = text.index(event.start_mark), _end(text, old, event)
    if end is None or text.text[start : start + 1] in ("&", "*", "!"):
        return None
    room = " " if start == end else ""
    return Piece(start, end, room + written(edit.value))


def _end(text: Text, value: Any, event: Any) -> int | None:
    """Where a value ends; of a mapping or list behind its bracket."""
    if not isinstance(value, (Map, Seq)):
        return text.index(event.end_mark)
    if not _flow(value):
        return None
    inner = _last(text, value)
    index = inner if inner is not None else text.index(value.event.start_mark) + 1
    found = re.compile(r"(?:\s|,|#[^\n]*)*[\]}]").match(text.text, index)
    return found.end() if found else None


def _last(text: Text, node: Map | Seq) -> int | None:
    """Where the last value of a mapping or list ends; None where it is empty, or that cannot be told."""
    if isinstance(node, Seq):
        return _end(text, node[-1], node.places[-1]) if node.places else None
    if not node.places:
        return None
    ends = [_whole(text, node[key], value) for key, (_, value) in node.places.items() if _own(node, key)]
    return max((end for end in ends if end is not None), default=None)


def _whole(text: Text, value: Any, event: Any) -> int | None:
    """The same as `_end`, also for what is written in lines."""
    if isinstance(value, (Map, Seq)) and not _flow(value):
        return _last(text, value)
    return _end(text, value, event)


def _add(text: Text, edit: Put) -> Piece | None:
    entry = f"{written(edit.key)}: {written(edit.value)}"
    last = _last(text, edit.node)
    if _flow(edit.node):
        opened = text.text.find("{", text.index(edit.node.event.start_mark)) + 1
        return Piece(last, last, f", {entry}") if last is not None else Piece(opened, opened, entry)
    if last is None:
        return None
    first = text.index(next(iter(edit.node.places.values()))[0].start_mark)
    indent = " " * (first - text.line_start(first))
    at_break = last == text.line_start(last)
    if at_break:
        return Piece(last, last, f"{indent}{entry}{text.newline}")
    end = text.line_end(last)
    return Piece(end, end, f"{text.newline}{indent}{entry}")


def _drop(text: Text, edit: Drop) -> Piece | None:
    if not _own(edit.node, edit.key):
        return None
    name, event = edit.node.places[edit.key]
    start, end = text.index(name.start_mark), _whole(text, edit.node[edit.key], event)
    if end is None:
        return None
    if len(edit.node.places) == 1:
        return Piece(start, end, "" if _flow(edit.node) else "{}")
    return _drop_flow(text, start, end) if _flow(edit.node) else _drop_lines(text, start, end)


def _drop_flow(text: Text, start: int, end: int) -> Piece:
    """With the comma behind it, or the one before it where it is the last."""
    behind = re.compile(r"\s*,[ \t]*").match(text.text, end)
    if behind:
        return Piece(start, behind.end(), "")
    before = re.search(r",\s*$", text.text[:start])
    return Piece(before.start() if before else start, end, "")


def _drop_lines(text: Text, start: int, end: int) -> Piece | None:
    """Whole lines, with the comment beside them; not the first key of a list's item, whose dash must stay."""
    first = text.line_start(start)
    if text.text[first:start].strip():
        return None
    if end == text.line_start(end):
        return Piece(first, end, "")
    last = text.line_end(end)
    found = _BREAK.match(text.text, last)
    return Piece(first, found.end() if found else last, "")


def _cut(text: Text, edit: Cut) -> Piece:
    """A comment with the blanks before it; with its line where it has that to itself."""
    start = text.starts[edit.at.line - 1] + edit.at.column - 1
    first, end = text.line_start(start), text.line_end(start)
    before = text.text[first:start]
    if before.strip():
        return Piece(start - (len(before) - len(before.rstrip())), end, "")
    found = _BREAK.match(text.text, end)
    return Piece(first, found.end() if found else end, "")
