"""The remedy of a finding as data: what to write into which mapping of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lvsc.source import Map, Span


@dataclass(frozen=True, slots=True)
class Put:
    """Give a key of a mapping this value, whether it has one or not; numbers, words, lists and mappings of them."""

    node: Map
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Drop:
    """Take a key out of a mapping."""

    node: Map
    key: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Take a comment out."""

    at: Span


Edit = Put | Drop | Cut


@dataclass(frozen=True, slots=True)
class Fix:
    """The edits that heal a finding.

    A safe one changes nothing but what is wrong. One that is not changes how good traffic goes, too, or states
    something of a host that lvsc does not manage: somebody has to look, or to do it there.
    """

    edits: tuple[Edit, ...]
    safe: bool = True
