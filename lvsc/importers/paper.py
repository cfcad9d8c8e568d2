"""A topology file being written: nodes with comments and places of origin, and their text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lvsc.importers.ledger import clean
from lvsc.source import Span
from lvsc.source.scalars import resolve

WIDTH = 110
# No colon: libyaml takes it for the end of a key between braces.
_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./@%+=-]*")
_ASTRAL = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
Scalar = str | int | bool | None
Place = tuple[int, int]


@dataclass(slots=True)
class Leaf:
    """A plain value, and where the source says it."""

    value: Scalar
    at: Span | None = None


@dataclass(slots=True)
class Row:
    """A list."""

    items: list[Leaf] = field(default_factory=list)


@dataclass(slots=True)
class Rows:
    """A list of mappings."""

    items: list[Table] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A mapping; `at` says where the source names a key, `notes` are comments beside keys."""

    entries: dict[str, Node] = field(default_factory=dict)
    at: dict[str, Span] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    flow: bool = False

    def put(self, key: str, value: Node | Scalar, at: Span | None = None, note: str = "") -> None:
        """Set a key; `at` is the place of a plain value, else of the key."""
        plain = not isinstance(value, (Leaf, Row, Rows, Table))
        self.entries[key] = Leaf(value, at) if plain else value  # type: ignore[arg-type,assignment]
        if at is not None:
            self.at[key] = at
        if note:
            self.notes[key] = note


Node = Leaf | Row | Rows | Table


def bare(node: Node) -> object:
    """The values alone, for comparing."""
    if isinstance(node, Table):
        return {key: bare(value) for key, value in node.entries.items()}
    if isinstance(node, (Row, Rows)):
        return [bare(item) for item in node.items]
    return (type(node.value), node.value)


def key_of(node: Node) -> str:
    """The same text for the same values, to count them by."""
    return repr(bare(node))


def scalar(value: Scalar) -> str:
    """A value as YAML 1.2 reads it back, whatever a source put into it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and isinstance(resolve(value), str):
        return value
    return _ASTRAL.sub(_whole, json.dumps(value))


def _whole(found: re.Match[str]) -> str:
    """A pair of surrogates as the one character that YAML wants."""
    high, low = int(found[1], 16), int(found[2], 16)
    return f"\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08x}"


class Writer:
    """Writes nodes and remembers what of the source stands where in the text."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: dict[Place, Span] = {}

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(f"{line}\n" for line in self.lines)

    def comment(self, text: str = "") -> None:
        """A line of comment, or an empty line."""
        self.lines.append(f"# {clean(text, 160)}" if text else "")

    def table(self, table: Table, indent: int = 0) -> None:
        """The keys of a mapping, each on lines of its own."""
        for key, value in table.entries.items():
            at = table.at.get(key)
            note = f"  # {clean(table.notes[key])}" if key in table.notes else ""
            head = [(" " * indent, None), (scalar(key), at), (":", None)]
            inline = list(_flow(value))
            size = sum(len(text) for text, _ in [*head, *inline]) + 1
            if isinstance(value, Rows) and size > WIDTH:
                self._line(head, note)
                self._rows(value, indent + 2)
                continue
            if not isinstance(value, Table) or not value.entries or (value.flow and size <= WIDTH):
                self._line([*head, (" ", None), *inline], note)
                continue
            self._line(head, note)
            self.table(value, indent + 2)

    def _rows(self, rows: Rows, indent: int) -> None:
        for item in rows.items:
            self._line([(" " * indent + "- ", None), *_flow(item)], "")

    def _line(self, pieces: list[tuple[str, Span | None]], note: str) -> None:
        column, number = 1, len(self.lines) + 1
        for text, at in pieces:
            if at is not None:
                self.places[number, column] = at
            column += len(text)
        self.lines.append("".join(text for text, _ in pieces) + note)


def _flow(node: Node) -> Iterator[tuple[str, Span | None]]:
    """A node on one line, in pieces."""
    if isinstance(node, Leaf):
        yield scalar(node.value), node.at
        return
    rows = isinstance(node, (Row, Rows))
    yield "[" if rows else "{", None
    pairs: list[tuple[str, Node]] = (
        list(node.entries.items()) if isinstance(node, Table) else [("", item) for item in node.items]
    )
    for index, (key, value) in enumerate(pairs):
        if index:
            yield ", ", None
        if isinstance(node, Table):
            yield scalar(key), node.at.get(key)
            yield ": ", None
        yield from _flow(value)
    yield "]" if rows else "}", None
