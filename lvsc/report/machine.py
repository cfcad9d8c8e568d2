"""Findings as JSON, version 1 (schemas/report.schema.json); columns count from 1, end columns are exclusive."""

from __future__ import annotations

import json
from typing import Any

from lvsc.finding import Finding
from lvsc.finding.identity import objects
from lvsc.report.base import Report
from lvsc.source import Span

NAME = "json"


def render(report: Report, color: bool) -> str:
    """A document that is whole also when there is nothing to say."""
    pairs = zip(report.findings, report.identities, strict=True)
    found = [_finding(report, finding, identity) for finding, identity in pairs]
    hidden = [
        {"by": each.by, "reason": each.reason, "rule": each.finding.rule, "message": each.finding.message}
        | _span(each.finding.at)
        for each in report.hidden
    ]
    return json.dumps({"version": 1, "findings": found, "hidden": hidden}, indent=2) + "\n"


def _finding(report: Report, finding: Finding, identity: str) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        **_span(finding.at),
        "identity": identity,
        "fix": None if finding.fix is None else "safe" if finding.fix.safe else "unsafe",
        "objects": list(objects(finding, report.outline)),
        "notes": [{"text": note.text, **_span(note.span)} for note in finding.notes],
        "hops": [{"text": hop.text, "place": _span(hop.at) if hop.at is not None else None} for hop in finding.hops],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
