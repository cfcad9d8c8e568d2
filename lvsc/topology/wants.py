"""What the language wants at a place: its keys, its words, its kinds of value, read from `shape.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lvsc.source.scalars import resolve
from lvsc.topology.spec.compiled import SHAPE
from lvsc.topology.spec.patterns import DURATION, EXPECTED, NETMASK, PORT_RANGE, STATUS_RANGE

Path = tuple[str | int, ...]
_KINDS = {"bool": "true or false", "dict": "a mapping", "typed-dict": "a mapping", "list": "a list"}
# These say themselves that a number will do.
_ALSO_NUMBERS = (DURATION, NETMASK, PORT_RANGE, STATUS_RANGE)


def known_keys(path: Path) -> set[str]:
    """The keys that the language has at this place."""
    return {key for schema in _schemas(path) for key in schema.get("fields", {})}


def words(path: Path) -> list[str]:
    """The words to choose from at this place."""
    return [str(word) for schema in _schemas(path) for word in schema.get("expected", [])]


def wants(path: Path) -> str:
    """What to write at this place, in a user's words."""
    schemas = _schemas(path)
    numbers = any(schema.get("pattern") in _ALSO_NUMBERS for schema in schemas)
    said = [_phrase(schema) for schema in schemas if not (numbers and schema["type"] == "int")]
    several = list(dict.fromkeys(said))
    if len(several) > 1 and several[-1] == _KINDS["list"]:
        return f"{' or '.join(several[:-1])}, or a list of them" if several[0] != "a mapping" else "a mapping or a list"
    return " or ".join(several) or "another value"


def _phrase(schema: dict[str, Any]) -> str:
    kind = schema["type"]
    if kind == "str":
        return EXPECTED[schema["pattern"]]
    if kind == "literal":
        shown = [_word(str(word)) for word in schema["expected"]]
        return f"one of: {', '.join(shown)}" if len(shown) > 1 else f"`{shown[0]}`"
    if kind == "int":
        low, high = schema.get("ge"), schema.get("le")
        return f"`{low}`" if low == high else f"a whole number from {low} to {high}"
    return _KINDS[kind]


def _word(text: str) -> str:
    """The word as a file must write it to be one."""
    return text if isinstance(resolve(text), str) else f'"{text}"'


@lru_cache(maxsize=1)
def _shape() -> tuple[Any, dict[str, Any]]:
    schema = json.loads(SHAPE.read_text(encoding="utf-8"))["schema"]
    return schema, {item["ref"]: item for item in schema.get("definitions", [])}


def _schemas(path: Path) -> list[dict[str, Any]]:
    found = list(_branches(_shape()[0]))
    for part in path:
        found = [branch for schema in found for below in _below(schema, part) for branch in _branches(below)]
    return found


def _branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = schema["type"]
    if kind == "union":
        for choice in schema["choices"]:
            yield from _branches(choice[0] if isinstance(choice, list) else choice)
    elif kind == "definition-ref":
        yield from _branches(_shape()[1][schema["schema_ref"]])
    elif kind in ("nullable", "definitions"):
        yield from _branches(schema["schema"])
    else:
        yield schema


def _below(schema: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    if part in schema.get("fields", {}):
        yield schema["fields"][part]["schema"]
    for key, kind in (("values_schema", str), ("items_schema", int)):
        if key in schema and isinstance(part, kind):
            yield schema[key]
