"""Findings as JSON, version 1; lines and columns count from 1, end columns are exclusive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lvsc.finding import Finding
from lvsc.report.base import Sources
from lvsc.source import Span

NAME = "json"


def render(findings: Sequence[Finding], sources: Sources, color: bool) -> str:
    """A document that is whole also when there is nothing to say."""
    return json.dumps({"version": 1, "findings": [_finding(each) for each in findings]}, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        **_span(finding.at),
        "notes": [{"text": note.text, **_span(note.span)} for note in finding.notes],
        "hops": list(finding.hops),
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
