"""The JSON schema (2020-12) of the language, made from the models."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from lvsc.topology.spec.file import FileSpec

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FREE = "^x-"


def json_schema() -> str:
    """The schema's text, as in `schemas/topology.schema.json`."""
    schema = _completed(TypeAdapter(FileSpec).json_schema())
    head = {"$schema": DIALECT, "title": "lvsc topology", "description": "A Linux Virtual Server cluster for lvsc."}
    return json.dumps({**head, **{key: value for key, value in schema.items() if key not in head}}, indent=2) + "\n"


def _completed(schema: Any) -> Any:
    """Close every mapping, but for the free `x-` keys; drop titles that only repeat the key."""
    if isinstance(schema, list):
        return [_completed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    done = {
        key: _properties(value) if key in ("properties", "$defs") else _completed(value)
        for key, value in schema.items()
    }
    done.pop("title", None)
    if done.get("type") == "object":
        done["additionalProperties"] = False
        done["patternProperties"] = {
            _FREE: True,
            **{_bounded(key): value for key, value in done.get("patternProperties", {}).items()},
        }
    return done


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: _completed(value) for key, value in schema.items()}


def _bounded(pattern: str) -> str:
    """A name's pattern that leaves `x-` to notes."""
    return pattern.replace("^[A-Za-z", "^(?!x-)[A-Za-z", 1)
