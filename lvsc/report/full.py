"""Findings as the best compilers show them: snippet, carets, notes, help."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.report.base import Report
from lvsc.report.plain import plain, width
from lvsc.source import Span

NAME = "full"
_WIDEST = 160
_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


def render(report: Report, color: bool) -> str:
    """Each finding with its piece of the file, a blank line between."""
    lines = {name: text.splitlines() for name, text in report.sources.items()}
    shown = (_finding(each, lines, _Paint(color)) for each in report.findings)
    return "".join("".join(f"{line}\n" for line in each) + "\n" for each in shown)


class _Paint:
    """Colours, or none."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on else text


def _finding(finding: Finding, lines: dict[str, list[str]], paint: _Paint) -> Iterator[str]:
    code = _COLORS[finding.severity]
    head = f"{finding.severity.value}[{finding.rule}]"
    yield paint(code, head) + paint("1", f": {plain(finding.message)}")
    spans = [finding.at, *(note.span for note in finding.notes)]
    margin = max(len(str(span.line)) for span in spans)
    yield f"{' ' * margin}{paint('1;34', '-->')} {_place(finding.at)}"
    yield from _snippet(finding.at, "^", "", code, margin, lines, paint)
    for note in finding.notes:
        yield from _note(note, margin, lines, paint)
    for hop in finding.hops:
        yield f"{' ' * margin} {paint('1;34', '=')} hop: {plain(hop.text)}"
    yield f"{' ' * margin} {paint('1;34', '=')} {paint('1', 'help')}: {plain(finding.remedy)}"


def _note(note: Note, margin: int, lines: dict[str, list[str]], paint: _Paint) -> Iterator[str]:
    yield f"{' ' * margin}{paint('1;34', ':::')} {_place(note.span)}"
    yield from _snippet(note.span, "-", plain(note.text), "1;34", margin, lines, paint)


def _place(span: Span) -> str:
    return f"{plain(span.file)}:{span.line}:{span.column}"


def _snippet(
    span: Span, mark: str, label: str, code: str, margin: int, lines: dict[str, list[str]], paint: _Paint
) -> Iterator[str]:
    text = lines.get(span.file, [])
    if span.line > len(text):
        return
    bar = paint("1;34", "|")
    before, marked, line = _cut(text[span.line - 1], span)
    yield f"{' ' * margin} {bar}"
    yield f"{paint('1;34', str(span.line).rjust(margin))} {bar} {line}"
    carets = f"{mark * max(1, marked)} {label}".rstrip()
    yield f"{' ' * margin} {bar} {' ' * before}{paint(code, carets)}"


def _cut(line: str, span: Span) -> tuple[int, int, str]:
    """Columns before the mark, columns marked, and the line, shortened around the mark where it is very long."""
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    first = max(0, start - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = plain(line[first : first + _WIDEST].replace("\t", " "))
    dots = "..." if first else ""
    before = len(dots) + width(plain(line[first:start].replace("\t", " ")))
    marked = width(plain(line[start : min(end, first + _WIDEST)]))
    return before, marked, dots + shown + ("..." if len(line) > first + _WIDEST else "")
