"""What the language refuses, word by word, at its place.

The cases lie in `findings/*.txt`: a title, a topology, and below a line the
carets of its findings with the rule and message, `=` the remedy, `-` notes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lvsc.finding import Finding
from lvsc.topology import load
from lvsc.topology.pages import LANGUAGE

CASES = {
    f"{path.stem}: {case.partition(chr(10))[0]}": case.partition("\n")[2].rstrip("\n")
    for path in sorted((Path(__file__).parent / "findings").glob("*.txt"))
    for case in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]
}
SAID = re.compile(r" *(\^+ [a-z-]+: |= |- \d+:\d+ )")


def bare(case: str) -> list[str]:
    """The topology without what is said of it."""
    return [line for line in case.split("\n") if not SAID.match(line)]


def annotated(lines: list[str], findings: list[Finding]) -> str:
    """The topology with its findings as a case shows them."""
    shown: list[str] = []
    for number, line in enumerate(lines, 1):
        shown.append(line)
        for finding in findings:
            if finding.at.line == number:
                shown += _shown(finding)
    return "\n".join(shown)


def _shown(finding: Finding) -> list[str]:
    at = finding.at
    width = at.end_column - at.column if at.end_line == at.line else 1
    pad = " " * (at.column - 1)
    return [
        f"{pad}{'^' * max(1, width)} {finding.rule}: {finding.message}",
        f"{pad}= {finding.remedy}",
        *(f"{pad}- {note.span.line}:{note.span.column} {note.text}" for note in finding.notes),
    ]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_findings(case: str) -> None:
    lines = bare(case)
    findings = sorted(load([("f", "\n".join(lines).encode())]).findings, key=lambda finding: finding.sort_key)
    assert findings
    assert annotated(lines, findings) == case
    assert {finding.rule for finding in findings} <= set(LANGUAGE)


def test_every_finding_of_the_language_has_a_case() -> None:
    said = {rule for case in CASES.values() for rule in re.findall(r"^ *\^+ ([a-z-]+): ", case, re.M)}
    assert said == set(LANGUAGE) - {"unreadable"}
