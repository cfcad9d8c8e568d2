"""Annotations of GitHub Actions: workflow commands, one a line.

GitHub shows ten of a kind for a step and drops the rest without a word, so
the rest is counted in a last line. What a topology says cannot begin a
command of its own: line ends are escaped, and other control characters shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.report.base import Report
from lvsc.report.plain import plain

NAME = "github"
MOST = 10
_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, color: bool) -> str:
    """At most MOST of each kind, and how many more there are."""
    by_kind = {each: [finding for finding in report.findings if finding.severity is each] for each in Severity}
    full = all(len(found) <= MOST for found in by_kind.values())
    room = {each: MOST - (each is Severity.INFO and not full) for each in Severity}
    lines = [_command(report, finding) for each in Severity for finding in by_kind[each][: room[each]]]
    rest = sum(max(0, len(found) - room[each]) for each, found in by_kind.items())
    return "".join(f"{line}\n" for line in (*lines, *_rest(rest)))


def _rest(count: int) -> Iterator[str]:
    if count:
        yield f"::notice title=lvsc::{count} more findings: see the summary of the job, or run lvsc lint"


def _command(report: Report, finding: Finding) -> str:
    at = finding.at
    where = {"file": report.path(at.file), "line": at.line, "endLine": at.end_line}
    if at.line == at.end_line:
        where |= {"col": at.column, "endColumn": max(at.column, at.end_column - 1)}
    where["title"] = finding.rule
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items())
    text = f"{plain(finding.message)}\nhelp: {plain(finding.remedy)}"
    return f"::{_KINDS[finding.severity]} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text)).replace(":", "%3A").replace(",", "%2C")
