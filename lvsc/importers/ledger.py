"""Where importers write what they find: faults of the source, and remarks on what the language has no place for."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from lvsc.finding import Finding, Note, Severity
from lvsc.source import Span

# What is wrong with a file a thousand times over is told often enough.
MAX_FINDINGS, MAX_REMARKS = 500, 50_000
_LONGEST = 160


class Kind(enum.Enum):
    """What became of something that the source says."""

    NO_PLACE = "no place in the language yet"
    LEFT_OUT = "left out"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that the source says and the topology does not, or says otherwise."""

    kind: Kind
    at: Span
    text: str


class Ledger:
    """Collects findings and remarks; `secrets` are the places that no report may show."""

    def __init__(self) -> None:
        self.found: dict[Finding, None] = {}
        self.remarks: dict[Remark, None] = {}
        self.secrets: dict[Span, None] = {}
        self.more = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings; the last one says how many were not kept."""
        found = tuple(self.found)
        if not self.more:
            return found
        message = f"{self.more} more places of this source are wrong"
        return (*found, Finding("wrong-value", Severity.ERROR, found[-1].at, message, "mend those above first"))

    def say(
        self, rule: str, severity: Severity, at: Span, message: str, remedy: str, notes: Iterable[Note] = ()
    ) -> None:
        """A fault of the source."""
        if len(self.found) >= MAX_FINDINGS:
            self.more += 1
            return
        self.found.setdefault(Finding(rule, severity, at, clean(message, 300), clean(remedy, 300), tuple(notes)))

    def error(self, rule: str, at: Span, message: str, remedy: str) -> None:
        """A fault that costs traffic."""
        self.say(rule, Severity.ERROR, at, message, remedy)

    def warn(self, rule: str, at: Span, message: str, remedy: str) -> None:
        """A fault that costs something on an event, or that the tool passes over."""
        self.say(rule, Severity.WARNING, at, message, remedy)

    def no_place(self, at: Span, text: str) -> None:
        """Something that the language cannot say."""
        self._remark(Kind.NO_PLACE, at, text)

    def left_out(self, at: Span, text: str) -> None:
        """Something that the topology does not say, and why."""
        self._remark(Kind.LEFT_OUT, at, text)

    def changed(self, at: Span, text: str) -> None:
        """Something that the topology says in another way."""
        self._remark(Kind.CHANGED, at, text)

    def _remark(self, kind: Kind, at: Span, text: str) -> None:
        if len(self.remarks) < MAX_REMARKS:
            self.remarks.setdefault(Remark(kind, at, clean(text)))
        else:
            self.error("not-read", Span(at.file, 1, 1, 1, 2), f"more than {MAX_REMARKS} remarks", "split the file")

    def secret(self, at: Span) -> None:
        """A place that no report may show."""
        self.secrets.setdefault(at)


def clean(text: str, longest: int = _LONGEST) -> str:
    """Text of a source for a comment or a terminal: one line, printable, of bounded length."""
    if len(text) > longest:
        text = f"{text[: longest - 3]}..."
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def masked(lines: Iterable[str], file: str, secrets: Iterable[Span]) -> str:
    """A source's text with its secrets covered, every column where it was."""
    shown = list(lines)
    for span in secrets:
        if span.file == file and 0 < span.line <= len(shown):
            line = shown[span.line - 1]
            start = span.column - 1
            end = span.end_column - 1 if span.end_line == span.line else len(line)
            shown[span.line - 1] = line[:start] + "*" * max(0, min(end, len(line)) - start) + line[end:]
    return "\n".join(shown)
