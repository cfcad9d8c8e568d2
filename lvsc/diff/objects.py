"""What changes in the words of the topology: objects that come, go, and say something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lvsc.source import Map

_MOST = 200


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an object that changes; None stands for what is not there."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that is `added`, `removed` or `changed`, and what of it."""

    kind: str
    name: str
    values: tuple[Value, ...] = ()


def object_changes(before: Sequence[Map], after: Sequence[Map]) -> list[ObjectChange]:
    """In the order of the sections, what comes last."""
    old, new = _objects(before), _objects(after)
    return [change for name in dict.fromkeys([*old, *new]) if (change := _change(name, old, new)) is not None]


def _objects(roots: Sequence[Map]) -> dict[str, Any]:
    """Each object of each section by its name: `services.web`."""
    found: dict[str, Any] = {}
    for root in roots:
        for section, objects in root.items():
            if isinstance(objects, Map):
                found.update((f"{section}.{name}", value) for name, value in objects.items())
            elif isinstance(objects, list):
                found.update((f"{section}.{number}", value) for number, value in enumerate(objects, 1))
    return found


def _change(name: str, old: dict[str, Any], new: dict[str, Any]) -> ObjectChange | None:
    if name not in old or name not in new:
        return ObjectChange("added" if name in new else "removed", name)
    values = tuple(_values(old[name], new[name], ""))[:_MOST]
    return ObjectChange("changed", name, values) if values else None


def _values(old: Any, new: Any, path: str) -> Iterator[Value]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            below = f"{path}.{key}" if path else str(key)
            if key in old and key in new:
                yield from _values(old[key], new[key], below)
            else:
                yield Value(below, _shown(old, key), _shown(new, key))
    elif old != new or type(old) is not type(new):
        yield Value(path, _text(old), _text(new))


def _shown(node: dict[str, Any], key: str) -> str | None:
    return _text(node[key]) if key in node else None


def _text(value: Any) -> str:
    """A value in one line, as a file would have it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
