"""Findings, one a line: `file:line:column: error[rule] message`."""

from __future__ import annotations

from lvsc.report.base import Report
from lvsc.report.plain import plain

NAME = "concise"


def render(report: Report, color: bool) -> str:
    """A line for each finding."""
    return "".join(
        f"{plain(each.at.file)}:{each.at.line}:{each.at.column}: "
        f"{each.severity.value}[{each.rule}] {plain(each.message)}\n"
        for each in report.findings
    )
