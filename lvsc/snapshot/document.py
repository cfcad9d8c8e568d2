"""JSON text to plain values, without `x-` keys, and what is said of a fault in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from lvsc.finding import LvscError

_MOST_TEXT = 80


class Fault(NamedTuple):
    """What is wrong, and where: a file and the way to a value in it."""

    file: str
    path: Sequence[str | int]
    message: str

    def __str__(self) -> str:
        return f"{plain(self.file)}: {plain(_spelled(self.path))}{self.message}"


def _spelled(path: Sequence[str | int]) -> str:
    """`hosts[0].links[1].mtu: `, as in a program."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in path)
    return f"{text.removeprefix('.')}: " if text else ""


def shown(value: object) -> str:
    """A user's value in a message: short, and harmless on a terminal."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}..."
    return plain(text)


def plain(text: str) -> str:
    """The text with control and direction characters as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class _Twice(ValueError):
    pass


def load(name: str, data: bytes) -> Any:
    """The values of a JSON document; raises LvscError for what is none."""
    try:
        return _without_notes(json.loads(data.decode("utf-8-sig"), object_pairs_hook=_pairs, parse_constant=_constant))
    except _Twice as error:
        raise LvscError(f"{plain(name)}: the key `{shown(str(error))}` is there twice in one mapping") from None
    except json.JSONDecodeError as error:
        raise LvscError(f"{plain(name)}:{error.lineno}:{error.colno}: no JSON: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise LvscError(f"{plain(name)}: no UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise LvscError(f"{plain(name)}: no JSON that lvsc reads: {shown(why)}") from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return found


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _without_notes(value: Any) -> Any:
    """The value without what is under `x-` keys: those are for people and other tools."""
    if isinstance(value, dict):
        return {key: _without_notes(each) for key, each in value.items() if not key.startswith("x-")}
    return [_without_notes(each) for each in value] if isinstance(value, list) else value
