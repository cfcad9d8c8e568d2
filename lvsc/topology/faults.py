"""What the shape's validator says, as findings in a user's words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from lvsc.finding import Finding, Severity, nearest
from lvsc.source import Map, Seq, Span, place
from lvsc.topology.spec.compiled import SHAPE
from lvsc.topology.spec.patterns import EXPECTED

Path = tuple[str | int, ...]
_TYPES = {
    "int_type": "a whole number",
    "string_type": "text (in quotes)",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "list_type": "a list",
}


def shape_findings(root: Map, errors: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    """One finding for each place that has another shape than the language."""
    grouped: dict[Path, list[dict[str, Any]]] = {}
    for error in errors:
        grouped.setdefault(_path(root, error["loc"]), []).append(error)
    for path, group in grouped.items():
        if not (_is_type(group[0]) and any(len(other) > len(path) and other[: len(path)] == path for other in grouped)):
            yield _finding(root, path, group)


def _path(root: Map, loc: Path) -> Path:
    """The loc without the names that pydantic gives to the branches of a union."""
    node: Any = root
    path: list[str | int] = []
    for index, part in enumerate(loc):
        if isinstance(part, str) and isinstance(node, Map):
            if part not in node and index < len(loc) - 1:
                continue
            node = node.get(part)
        elif isinstance(part, int) and isinstance(node, Seq) and part < len(node):
            node = node[part]
        else:
            continue
        path.append(part)
    return tuple(path)


def _is_type(error: dict[str, Any]) -> bool:
    return error["type"] in _TYPES or error["type"] in ("string_pattern_mismatch", "literal_error")


def _finding(root: Map, path: Path, group: list[dict[str, Any]]) -> Finding:
    kinds = {error["type"]: error for error in group}
    if "extra_forbidden" in kinds:
        return _unknown_key(root, path)
    if "missing" in kinds:
        return _missing_key(root, path)
    if group[0]["loc"][-1] == "[key]":
        return _bad_name(root, path, group[0])
    value = group[0]["input"]
    bounds = [error for error in group if not _is_type(error)]
    wants = _bound(bounds[0]) if bounds else " or ".join(dict.fromkeys(_wants(error) for error in group))
    words = [word for error in group for word in _words(error)]
    hint = nearest(value, words) if isinstance(value, str) else ""
    message = f"`{_dotted(path)}` is {_shown(value)}{hint}"
    return Finding("wrong-value", Severity.ERROR, _at(root, path), message, f"write {wants}")


def _at(root: Map, path: Path) -> Span:
    return place(root, path, root.span)


def _key_at(root: Map, path: Path) -> Span:
    owner: Any = root
    for part in path[:-1]:
        owner = owner[part]
    return owner.key_span(str(path[-1])) if isinstance(owner, Map) and path[-1] in owner else _at(root, path)


def _unknown_key(root: Map, path: Path) -> Finding:
    key, known = str(path[-1]), known_keys(path[:-1])
    where = f" in `{_dotted(path[:-1])}`" if path[:-1] else ""
    message = f"unknown key `{key[:80]}`{where}{nearest(key, known)}"
    remedy = f"use one of: {', '.join(sorted(known))}; or name it `x-{key[:40]}` to keep it as a note"
    return Finding("unknown-key", Severity.ERROR, _key_at(root, path), message, remedy)


def _missing_key(root: Map, path: Path) -> Finding:
    owner = f"`{_dotted(path[:-1])}`" if path[:-1] else "the file"
    message = f"{owner} has no `{path[-1]}`"
    return Finding("missing-key", Severity.ERROR, _at(root, path[:-1]), message, f"add `{path[-1]}:`")


def _bad_name(root: Map, path: Path, error: dict[str, Any]) -> Finding:
    real = tuple(part for part in path if part != "[key]")
    message = f"`{str(real[-1])[:80]}` cannot be a name here"
    return Finding("wrong-value", Severity.ERROR, _key_at(root, real), message, f"write {_wants(error)}")


def _wants(error: dict[str, Any]) -> str:
    kind = error["type"]
    if kind == "string_pattern_mismatch":
        return EXPECTED[error["ctx"]["pattern"]]
    if kind == "literal_error":
        words = _words(error)
        return f"one of: {', '.join(words)}" if len(words) > 1 else f"`{words[0]}`"
    return _TYPES.get(kind, "another value")


def _words(error: dict[str, Any]) -> list[str]:
    if error["type"] != "literal_error":
        return []
    return [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]


def _bound(error: dict[str, Any]) -> str:
    context = error.get("ctx", {})
    if "ge" in context:
        return f"{context['ge']} or more"
    if "le" in context:
        return f"{context['le']} or less"
    return "at least one" if error["type"] == "too_short" else "another value"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "empty"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text[:80]}`" if text.isprintable() else "text with control characters"


def _dotted(path: Path) -> str:
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part[:80]}" for part in path)
    return shown.removeprefix(".")


def known_keys(path: Path) -> set[str]:
    """The keys that the language has at this place."""
    return {key for schema in _schemas(path) for key in schema.get("fields", {})}


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
    for key in ("values_schema", "items_schema"):
        if key in schema:
            yield schema[key]
