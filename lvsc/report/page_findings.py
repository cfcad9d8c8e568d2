"""The findings of a page: each at its line of the file, with the packet's way, the remedy, and the rule's page."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding
from lvsc.report.base import Report
from lvsc.report.plain import markup
from lvsc.source import Span

_MOST, _WIDEST = 200, 240


def findings(report: Report) -> Iterator[str]:
    """The section."""
    yield '<section id="findings"><h2>Findings</h2>'
    if not report.findings:
        yield "<p>None.</p>"
    lines = {name: text.splitlines() for name, text in report.sources.items()}
    for finding in report.findings[:_MOST]:
        yield from _finding(finding, report, lines)
    if len(report.findings) > _MOST:
        yield f"<p>And {len(report.findings) - _MOST} more.</p>"
    yield "</section>"


def _finding(finding: Finding, report: Report, lines: dict[str, list[str]]) -> Iterator[str]:
    severity = finding.severity.value
    yield f'<article class="finding {severity}">'
    yield f'<h3><span class="state {severity}">{severity}</span> {markup(finding.message)}</h3>'
    yield from _excerpt(finding.at, report, lines)
    for note in finding.notes:
        yield f"<p>{markup(note.text)}:</p>"
        yield from _excerpt(note.span, report, lines)
    if finding.hops:
        yield '<ol class="hops">' + "".join(f"<li>{markup(hop.text)}</li>" for hop in finding.hops) + "</ol>"
    yield f'<p class="help"><b>Help:</b> {markup(finding.remedy)}</p>'
    yield from _page(finding.rule, report)
    yield "</article>"


def _page(rule: str, report: Report) -> Iterator[str]:
    """What the rule is about."""
    page = report.pages.get(rule)
    if page is None:
        yield f"<p><code>{markup(rule)}</code></p>"
    else:
        told = "\n".join(markup(line) for line in page.strip().splitlines())
        yield f'<details><summary><code>{markup(rule)}</code></summary><pre class="page">{told}</pre></details>'


def _excerpt(span: Span, report: Report, lines: dict[str, list[str]]) -> Iterator[str]:
    """The line with what is meant marked in it."""
    yield f"<p><small>{markup(report.path(span.file))}:{span.line}:{span.column}</small></p>"
    text = lines.get(span.file, [])
    if span.line <= len(text):
        line = text[span.line - 1]
        start = min(span.column - 1, len(line))
        end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
        first = max(0, start - _WIDEST // 2) if len(line) > _WIDEST else 0
        last = min(len(line), first + _WIDEST)
        head, meant, tail = line[first:start], line[start : min(end, last)], line[min(end, last) : last]
        yield f'<pre tabindex="0">{markup(head)}<mark>{markup(meant)}</mark>{markup(tail)}</pre>'
