"""The models' validator as data, so that a short lint need not import pydantic (half of its time)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pydantic_core

SHAPE = Path(__file__).with_name("shape.json")
_DROPPED = ("cls", "cls_name", "metadata", "config")
_OBJECT_ID = re.compile(r":[0-9]+$")


@lru_cache(maxsize=1)
def validator() -> Callable[[Any], Any]:
    """A function that raises pydantic_core.ValidationError for a document of another shape.

    `shape.json` is used only under the pydantic-core that made it, or another
    patch of it; under any other, the models themselves are asked: the same
    answers, more slowly.
    """
    kept = json.loads(SHAPE.read_text(encoding="utf-8"))
    if kept["pydantic_core"] == _release():
        return pydantic_core.SchemaValidator(kept["schema"]).validate_python
    return model_validator()


def _release() -> str:
    return pydantic_core.__version__.rpartition(".")[0]


def model_validator() -> Callable[[Any], Any]:
    """The same, from the models."""
    from pydantic import TypeAdapter

    from lvsc.topology.spec.file import FileSpec

    return TypeAdapter(FileSpec).validate_python


def shape() -> str:
    """The text of `shape.json` for the models and the pydantic-core of now."""
    from pydantic import TypeAdapter

    from lvsc.topology.spec.file import FileSpec

    schema = _plain(TypeAdapter(FileSpec).core_schema)
    return json.dumps({"pydantic_core": _release(), "schema": schema}, indent=1, sort_keys=True) + "\n"


def _plain(schema: Any) -> Any:
    """The schema without what only Python objects could hold."""
    if isinstance(schema, dict):
        plain = {key: _plain(value) for key, value in schema.items() if key not in _DROPPED}
        for key in ("ref", "schema_ref"):
            if key in plain:
                plain[key] = _OBJECT_ID.sub("", plain[key])
        if schema.get("type") == "typed-dict":
            plain["config"] = {"strict": True, "extra_fields_behavior": "forbid"}
        return plain
    return [_plain(item) for item in schema] if isinstance(schema, (list, tuple)) else schema
