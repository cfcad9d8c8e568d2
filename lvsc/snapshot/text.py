"""JSON text that a person can read and a version control system can compare: short values stay on one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_WIDTH = 120


def json_text(document: Any) -> str:
    """The document as text; the same document gives the same bytes."""
    return "\n".join(_lines(document, "", "")) + "\n"


def _lines(value: Any, indent: str, lead: str) -> Iterator[str]:
    """The lines of a value behind `lead`, broken only where it is too long for one."""
    short = json.dumps(value, ensure_ascii=True)
    if not isinstance(value, (dict, list)) or not value or len(indent) + len(lead) + len(short) < _WIDTH:
        yield indent + lead + short
        return
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    items = (
        [(f"{json.dumps(key)}: ", each) for key, each in value.items()]
        if isinstance(value, dict)
        else [("", each) for each in value]
    )
    yield indent + lead + opening
    for number, (name, each) in enumerate(items, 1):
        *most, last = _lines(each, indent + "  ", name)
        yield from most
        yield last + ("," if number < len(items) else "")
    yield indent + closing
