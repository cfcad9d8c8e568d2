"""What changes between two versions, as Markdown for a comment or a job's summary."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.diff import Difference, Risk
from lvsc.report.difference import reach, sections
from lvsc.report.marks import block, code, folded
from lvsc.report.plain import plain

# A comment on GitHub has 65536 characters at most.
MOST = 60_000
_ROWS = 50
_BADGES = {Risk.NONE: "⚪", Risk.LOW: "🟢", Risk.MEDIUM: "🟡", Risk.HIGH: "🔴"}
_TITLES = {
    "failover": "Failover",
    "open connections": "Open connections",
    "reload": "What a reload does",
    "objects": "Objects",
    "findings": "Findings",
    "files": "Files",
}


def markdown(difference: Difference) -> str:
    """The risk, a table of clients, and the rest folded; cut where it gets too long."""
    risk, reasons = difference.weight
    shown = f"### {_BADGES[risk]} lvsc diff: risk {risk.value}\n\n{risk.meaning[0].upper()}{risk.meaning[1:]}.\n"
    shown += "".join(f"- {code(each)}\n" for each in reasons[:_ROWS]).join(("\n", "")) if reasons else ""
    shown += _table(difference)
    for part in _parts(difference):
        if len(shown) + len(part) > MOST:
            return shown + "\nThe rest is too long to be shown here: run `lvsc diff`.\n"
        shown += part
    return shown


def _table(difference: Difference) -> str:
    if not difference.traffic:
        return "\nEverybody is answered as before.\n"
    rows = [
        f"| {code(each.service)} | {code(each.client)} | {code(reach(each.before))} | {code(reach(each.after))} |\n"
        for each in difference.traffic[:_ROWS]
    ]
    more = len(difference.traffic) - _ROWS
    rest = f"\n{more} more are not shown.\n" if more > 0 else ""
    return f"\n| service | client | before | after |\n|---|---|---|---|\n{''.join(rows)}{rest}"


def _parts(difference: Difference) -> Iterator[str]:
    for title, body in sections(difference):
        lines = [plain(line) for line in body] if title in _TITLES else []
        if lines:
            language = "diff" if title in ("files", "objects", "findings") else "text"
            yield "\n" + folded(f"{_TITLES[title]} ({_count(difference, title)})", block("\n".join(lines), language))


def _count(difference: Difference, title: str) -> int:
    counts = {
        "failover": difference.failover,
        "open connections": difference.cuts,
        "reload": difference.reloads,
        "objects": difference.objects,
        "findings": (*difference.new_findings, *difference.gone_findings),
        "files": difference.files,
    }
    return len(counts[title])
