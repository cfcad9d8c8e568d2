"""SARIF 2.1.0, as GitHub's code scanning takes it.

One run; relative addresses; at most MOST results, the worst first; texts of
rules at most 1024 characters; the way of a packet as a code flow. What is
ignored in the topology or by a baseline is left out: GitHub would show it as
an open alert.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from lvsc import __version__
from lvsc.finding import Finding, Severity
from lvsc.report.base import Report
from lvsc.report.plain import plain
from lvsc.source import Span

NAME = "sarif"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub takes 25000 results and keeps the first 5000, 1000 locations of each, 1024 characters of a rule's text.
MOST, _LOCATIONS, _TEXT = 5000, 1000, 1024
FINGERPRINT = "lvscFinding/v1"
_LINK = re.compile(r"\[(?=[^\]]*\]\()")
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
Json = dict[str, Any]


def render(report: Report, color: bool) -> str:
    """A log of one run, whole also when there is nothing to say."""
    pairs = sorted(
        zip(report.findings, report.identities, strict=True), key=lambda pair: (pair[0].severity.rank, pair[0].sort_key)
    )
    kept = pairs[:MOST]
    rules = list(dict.fromkeys(finding.rule for finding, _ in kept))
    run = {
        "tool": {"driver": _driver(report, rules, [finding for finding, _ in kept])},
        "invocations": [_invocation(len(pairs) - len(kept))],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding, identity, rules) for finding, identity in kept],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _driver(report: Report, rules: list[str], findings: list[Finding]) -> Json:
    levels = {finding.rule: finding.severity for finding in sorted(findings, key=lambda each: -each.severity.rank)}
    described = [_rule(report, rule, levels[rule]) for rule in rules]
    return {"name": "lvsc", "version": __version__, "semanticVersion": __version__, "rules": described}


def _rule(report: Report, rule: str, severity: Severity) -> Json:
    page = report.pages.get(rule, "")
    first = page.split("\n", 1)[0] or rule
    level = "recommendation" if severity is Severity.INFO else severity.value
    described: Json = {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("-")),
        "shortDescription": {"text": first[:_TEXT]},
        "fullDescription": {"text": _why(page)[:_TEXT] or first[:_TEXT]},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "help": {"text": page or first, "markdown": f"```text\n{page or first}\n```\n"},
        "properties": {"tags": ["lvs", "networking"], "problem.severity": level, "precision": "high"},
    }
    if report.rules_url:
        described["helpUri"] = report.rules_url.replace("{rule}", rule)
    return described


def _why(page: str) -> str:
    """What a rule's page says under "Why it hurts"."""
    lines = page.partition("Why it hurts\n")[2].splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith(" ")), len(lines))
    return " ".join(line.strip() for line in lines[:end])


def _invocation(left_out: int) -> Json:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{left_out} more findings are left out: code scanning keeps {MOST} of a run"
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }


def _result(report: Report, finding: Finding, identity: str, rules: list[str]) -> Json:
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(f"{finding.message}. Help: {finding.remedy}")},
        "locations": [{"physicalLocation": _place(report, finding.at)}],
        "partialFingerprints": {FINGERPRINT: identity},
    }
    related = [_location(report, note.text, note.span) for note in finding.notes[:_LOCATIONS]]
    if related:
        result["relatedLocations"] = [{"id": number, **each} for number, each in enumerate(related, 1)]
    flow = list(_flow(report, finding))
    if flow:
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    return result


def _message(text: str) -> str:
    """A message may hold links (SARIF 2.1.0, 3.11.6); what a topology says is none."""
    return _LINK.sub(r"\\[", plain(text))


def _flow(report: Report, finding: Finding) -> Iterator[Json]:
    """Each hop; one on a host that nobody declared stands where the finding does."""
    for number, hop in enumerate(finding.hops[:_LOCATIONS], 1):
        yield {"location": _location(report, hop.text, hop.at or finding.at), "executionOrder": number}


def _location(report: Report, text: str, span: Span) -> Json:
    return {"physicalLocation": _place(report, span), "message": {"text": _message(text)}}


def _place(report: Report, span: Span) -> Json:
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"artifactLocation": {"uri": _uri(report.path(span.file))}, "region": region}


def _uri(path: str) -> str:
    """Relative inside the repository; a file outside it has its whole address."""
    return PurePath(path).as_uri() if PurePath(path).is_absolute() else quote(path)
