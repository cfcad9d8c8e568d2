"""GitLab's Code Quality report: a list of issues, each known by a fingerprint of its own."""

from __future__ import annotations

import json
from typing import Any

from lvsc.finding import Finding, Severity
from lvsc.report.base import Report
from lvsc.report.plain import plain

NAME = "gitlab"
_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, color: bool) -> str:
    """A list, empty when there is nothing to say."""
    pairs = zip(report.findings, report.identities, strict=True)
    return json.dumps([_issue(report, finding, identity) for finding, identity in pairs], indent=2) + "\n"


def _issue(report: Report, finding: Finding, identity: str) -> dict[str, Any]:
    return {
        "type": "issue",
        "description": plain(f"{finding.message}; {finding.remedy}"),
        "check_name": finding.rule,
        "fingerprint": identity,
        "severity": _SEVERITIES[finding.severity],
        "categories": ["Bug Risk"],
        "location": {
            "path": report.path(finding.at.file),
            "lines": {"begin": finding.at.line, "end": finding.at.end_line},
        },
    }
