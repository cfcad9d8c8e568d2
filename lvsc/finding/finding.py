"""A finding: what is wrong, where, and what to do."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lvsc.finding.fix import Fix
from lvsc.source import Span


class Severity(enum.Enum):
    """How bad: traffic breaks, breaks on an event, or advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that explains a finding."""

    span: Span
    text: str


class Step(NamedTuple):
    """A hop of a packet's way: what a host did with it, and where the fact behind that stands."""

    text: str
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One message on the user's file; `rule` is its identity, `remedy` what to do.

    `at` is the place where the remedy goes; `hops` a packet's way as evidence;
    `fix` is the remedy as data, where there is only one.
    """

    rule: str
    severity: Severity
    at: Span
    message: str
    remedy: str
    notes: tuple[Note, ...] = ()
    hops: tuple[Step, ...] = ()
    fix: Fix | None = field(default=None, compare=False, repr=False)

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Files and lines in order, then the rule and the message."""
        return (self.at.file, self.at.line, self.at.column, self.rule, self.message)


def nearest(word: str, known: Iterable[str]) -> str:
    """` did you mean "..."?` for a word that is nearly a known one, else nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word[:80], sorted(known), n=1, cutoff=0.6)
    return f', did you mean "{close[0]}"?' if close else ""
