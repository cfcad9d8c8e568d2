"""What a report form is, and what it gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from lvsc.finding import Finding, Severity
from lvsc.finding.identity import identities
from lvsc.finding.ignores import Hidden
from lvsc.source import Map, Outline

Sources = Mapping[str, str]


@dataclass(frozen=True)
class Report:
    """What was found, and what the forms need to show it.

    `hidden` is what a comment or a baseline leaves out; `sources` holds the text of each file, for snippets; `paths`
    what a file is called inside its repository; `pages` the manual page of each rule; `rules_url` an address with
    `{rule}` in it, or nothing.
    """

    findings: Sequence[Finding]
    hidden: Sequence[Hidden] = ()
    files: Sequence[str] = ()
    sources: Sources = field(default_factory=dict)
    roots: Sequence[Map] = ()
    paths: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    rules_url: str = ""

    @cached_property
    def outline(self) -> Outline:
        """Which key stands where."""
        return Outline(self.roots)

    @cached_property
    def identities(self) -> list[str]:
        """What each finding is known by, whatever its line, and whatever is hidden beside it."""
        whole = sorted([*self.findings, *(each.finding for each in self.hidden)], key=lambda each: each.sort_key)
        names = dict(zip(map(id, whole), identities(whole, self.outline), strict=True))
        return [names[id(finding)] for finding in self.findings]

    def path(self, file: str) -> str:
        """A file's name inside its repository."""
        return self.paths.get(file, file) if file != "-" else "stdin"


class Form(Protocol):
    """A module of this room: findings into text, pure."""

    NAME: str

    def render(self, report: Report, color: bool) -> str:
        """The whole report."""
        ...


def counted(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    counts = [(severity, sum(each.severity is severity for each in findings)) for severity in Severity]
    parts = [f"{count} {severity.value}{'s' * (count > 1)}" for severity, count in counts if count]
    return ", ".join(parts) or "no findings"
