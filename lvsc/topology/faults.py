"""What the shape's validator says, as findings in a user's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lvsc.finding import Finding, Severity, nearest
from lvsc.source import Map, Seq, Span, place
from lvsc.source.scalars import resolve
from lvsc.topology.spec.patterns import EXPECTED
from lvsc.topology.wants import Path, known_keys, wants, words

_TYPES = {"int_type", "string_type", "bool_type", "dict_type", "list_type", "string_pattern_mismatch", "literal_error"}
MOST = 500


def shape_findings(root: Map, errors: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    """One finding for each place that has another shape than the language; MOST of them, and how many more there are.

    Of a union, every branch complains; those that wanted another kind of
    value are left out where the branch that was meant says more.
    """
    grouped: dict[tuple[Path, bool], list[dict[str, Any]]] = {}
    for error in errors:
        grouped.setdefault(_path(root, error), []).append(error)
    inner = {path[:length] for path, _ in grouped for length in range(len(path))}
    places = [
        (path, is_name, group)
        for (path, is_name), group in grouped.items()
        if is_name or path not in inner or any(error["type"] not in _TYPES for error in group)
    ]
    for path, is_name, group in islice(places, MOST):
        yield _bad_name(root, path, group[0]) if is_name else _finding(root, path, {error["type"] for error in group})
    if len(places) > MOST:
        message = f"{len(places) - MOST} more places have another shape than the language"
        yield Finding("wrong-value", Severity.ERROR, _at(root, places[MOST][0]), message, "mend those above first")


def _path(root: Map, error: dict[str, Any]) -> tuple[Path, bool]:
    """The loc without the names that pydantic gives to the branches of a union; whether a name itself is meant."""
    node: Any = root
    path: list[str | int] = []
    loc, kind = error["loc"], error["type"]
    is_name = loc[-1] == "[key]" and kind != "extra_forbidden"
    for part in loc[:-1] if is_name else loc:
        if _has(node, part):
            node = node[part]
            path.append(part)
    if kind == "missing":
        path.append(loc[-1])
    return tuple(path), is_name


def _has(node: Any, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(node, Seq) and part < len(node)
    return isinstance(node, Map) and part in node


def _finding(root: Map, path: Path, kinds: set[str]) -> Finding:
    if "extra_forbidden" in kinds:
        return _unknown_key(root, path)
    if "missing" in kinds:
        return _missing_key(root, path)
    value = _value(root, path)
    hint = nearest(value, words(path)) if isinstance(value, str) else ""
    wanted = "at least one" if "too_short" in kinds else wants(path)
    return Finding(
        "wrong-value", Severity.ERROR, _at(root, path), f"`{_dotted(path)}` is {_shown(value)}{hint}", f"write {wanted}"
    )


def _at(root: Map, path: Path) -> Span:
    return place(root, path, root.span)


def _value(root: Map, path: Path) -> Any:
    value: Any = root
    for part in path:
        value = value[part]
    return value


def _key_at(root: Map, path: Path) -> Span:
    owner = _value(root, path[:-1])
    return owner.key_span(str(path[-1])) if isinstance(owner, Map) and path[-1] in owner else _at(root, path)


def _unknown_key(root: Map, path: Path) -> Finding:
    key, known = str(path[-1]), known_keys(path[:-1])
    where = f" in `{_dotted(path[:-1])}`" if path[:-1] else ""
    message = f"unknown key `{key[:80]}`{where}{nearest(key, known)}"
    use = f"use one of: {', '.join(sorted(known))}" if known else "remove it, no key belongs here"
    remedy = f"{use}; or name it `x-{key[:40]}` to keep it as a note"
    return Finding("unknown-key", Severity.ERROR, _key_at(root, path), message, remedy)


def _missing_key(root: Map, path: Path) -> Finding:
    owner = f"`{_dotted(path[:-1])}`" if path[:-1] else "the file"
    message = f"{owner} has no `{path[-1]}`"
    added = "lvsc: 1" if path == ("lvsc",) else f"{path[-1]}:"
    return Finding("missing-key", Severity.ERROR, _at(root, path[:-1]), message, f"add `{added}`")


def _bad_name(root: Map, path: Path, error: dict[str, Any]) -> Finding:
    message = f"`{str(path[-1])[:80]}` cannot be a name here"
    wanted = EXPECTED[error["ctx"]["pattern"]]
    return Finding("wrong-value", Severity.ERROR, _key_at(root, path), message, f"write {wanted}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "empty"
    if isinstance(value, str) and not value.isprintable():
        return "text with invisible characters"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    quoted = "the text " if isinstance(value, str) and not isinstance(resolve(value), str) else ""
    return f"{quoted}`{text[:80]}`"


def _dotted(path: Path) -> str:
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part[:80]}" for part in path)
    return shown.removeprefix(".")
