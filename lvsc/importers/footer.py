"""The comments of a written topology: what it was made of, and what of the source is not in it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from lvsc.importers.ledger import Kind, Ledger, Remark, clean

_MOST_LINES, _WIDTH = 40, 110
_HEADS = {
    Kind.NO_PLACE: "What the source says and the language has no place for yet:",
    Kind.LEFT_OUT: "Left out, and why:",
    Kind.CHANGED: "Said in another way:",
}


def header(files: Sequence[str]) -> Iterator[str]:
    """The first lines."""
    names = ", ".join(dict.fromkeys(clean(file, 60) for file in files[:4])) + (" ..." if len(files) > 4 else "")
    yield f"Made by `lvsc import` from {names}."
    yield "Look first at what is marked as guessed: no file of a director says it. So are interfaces of real servers."
    yield "lvsc configures the real servers, too: write `managed: false` where somebody else does (docs/topology.md)."


def footer(ledger: Ledger) -> Iterator[str]:
    """The last lines: every remark, with file and line."""
    for kind, head in _HEADS.items():
        grouped = said(ledger, kind)
        if grouped:
            yield ""
            yield head
            yield from _listed(grouped)
    findings = [f"{each.message}: {clean(each.at.file, 80)}:{each.at.line}" for each in ledger.findings]
    if findings:
        yield ""
        yield "What is wrong with the source:"
        yield from _listed(findings)


def _listed(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from textwrap.wrap(line, _WIDTH, initial_indent="- ", subsequent_indent="  ")


def said(ledger: Ledger, kind: Kind) -> list[str]:
    """The remarks of a kind, one line for each thing: `quorum 2: keepalived.conf:31, 45`."""
    grouped: dict[str, list[Remark]] = {}
    for remark in sorted(ledger.remarks, key=lambda each: (each.at.file, each.at.line, each.at.column)):
        if remark.kind is kind:
            grouped.setdefault(remark.text, []).append(remark)
    return [f"{text}: {_where(remarks)}" for text, remarks in grouped.items()]


def _where(remarks: list[Remark]) -> str:
    lines: dict[str, dict[int, None]] = {}
    for remark in remarks:
        lines.setdefault(remark.at.file, {})[remark.at.line] = None
    found = []
    for file, numbers in lines.items():
        shown = ", ".join(str(number) for number in list(numbers)[:_MOST_LINES])
        more = f" and {len(numbers) - _MOST_LINES} more" if len(numbers) > _MOST_LINES else ""
        found.append(f"{clean(file, 80)}:{shown}{more}")
    return "; ".join(found)
