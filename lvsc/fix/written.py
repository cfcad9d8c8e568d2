"""Values as YAML in one line, so that reading gives the very same value back."""

from __future__ import annotations

import json
import re
from typing import Any

from lvsc.source.scalars import resolve

_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_/.@+-]*")


def written(value: Any) -> str:
    """The value; mappings and lists in brackets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and resolve(value) == value else json.dumps(value)
    return str(value)
