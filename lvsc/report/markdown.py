"""Findings as Markdown, for a job's summary or a comment; short enough for both."""

from __future__ import annotations

from dataclasses import replace

from lvsc.finding import Finding
from lvsc.report import full
from lvsc.report.base import Report, counted
from lvsc.report.marks import block, code, folded

NAME = "markdown"
# A comment on GitHub has 65536 characters at most.
MOST = 60_000
_ROWS, _WHOLE = 50, 20


def render(report: Report, color: bool) -> str:
    """A line that says it all, a table of findings, and the worst of them whole."""
    worst = sorted(report.findings, key=lambda finding: (finding.severity.rank, finding.sort_key))
    head = f"### lvsc: {counted(report.findings)}\n"
    if not worst:
        return head
    rows = "".join(_row(report, finding) for finding in worst[:_ROWS])
    rest = f"\n{len(worst) - _ROWS} more are not shown.\n" if len(worst) > _ROWS else ""
    table = f"{head}\n| severity | rule | place | what |\n|---|---|---|---|\n{rows}{rest}"
    return table + _details(report, worst[:_WHOLE], MOST - len(table))


def _row(report: Report, finding: Finding) -> str:
    place = f"{report.path(finding.at.file)}:{finding.at.line}"
    cells = (finding.severity.value, _rule(report, finding.rule), code(_cut(place)), code(_cut(finding.message)))
    return f"| {' | '.join(cells)} |\n"


def _rule(report: Report, rule: str) -> str:
    return f"[{code(rule)}]({report.rules_url.replace('{rule}', rule)})" if report.rules_url else code(rule)


def _cut(text: str) -> str:
    return text if len(text) <= 400 else f"{text[:400]}..."


def _details(report: Report, findings: list[Finding], room: int) -> str:
    shown = ""
    for finding in findings:
        text = block(full.render(replace(report, findings=[finding]), False).rstrip("\n"))
        if len(shown) + len(text) > room - 200:
            break
        shown += text + "\n"
    return "\n" + folded("The findings in full", shown) if shown else ""
