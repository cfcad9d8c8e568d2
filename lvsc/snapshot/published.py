"""The JSON schema (2020-12) of the form, made from the models."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from lvsc.snapshot.form_case import FileForm

_FREE = "^x-"


def state_schema() -> str:
    """The schema's text, as in `schemas/state.schema.json`."""
    schema = _completed(TypeAdapter(FileForm).json_schema())
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lvsc state",
        "description": "What Linux hosts hold, and what is asked of them, for lvsc.",
    }
    return json.dumps({**head, **schema}, indent=2) + "\n"


def _completed(schema: Any) -> Any:
    """Leave `x-` keys free in every mapping; drop titles that only repeat the key."""
    if isinstance(schema, list):
        return [_completed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    done = {
        key: {name: _completed(each) for name, each in value.items()}
        if key in ("properties", "$defs")
        else _completed(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }
    if done.get("type") == "object":
        done["patternProperties"] = {_FREE: True}
    return done
