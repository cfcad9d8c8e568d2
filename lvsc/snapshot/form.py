"""What a base model of the form is, and what the parts of a host share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Form(BaseModel):
    """A mapping of the form: unknown keys are refused; `x-` keys were taken out before."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def word(default: Any = ...) -> Any:
    """A field that holds a word of an enum."""
    return Field(default, strict=False)


def many() -> Any:
    """A field that holds a list, empty when left out."""
    return Field(default_factory=list)


def kind_of(value: object) -> str:
    """Which of the two spellings an entry has: bare text or number, or a mapping."""
    return MAPPING if isinstance(value, dict) else BARE


# The tags of the two spellings; no key has such a name, so they are left out of the paths in messages.
BARE, MAPPING = "<bare>", "<mapping>"
