"""JUnit's XML: a suite for each file, a case that fails for each finding, one that passes where there is none.

XML has no way to write a control character: those are shown as escapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from lvsc.finding import Finding, Severity
from lvsc.report.base import Report
from lvsc.report.plain import plain

NAME = "junit"


def render(report: Report, color: bool) -> str:
    """Errors and warnings are failures, advice is what a case that passes prints."""
    files = list(dict.fromkeys([*report.files, *(finding.at.file for finding in report.findings)]))
    by_file = {file: [finding for finding in report.findings if finding.at.file == file] for file in files}
    body = [line for file, found in by_file.items() for line in _suite(report.path(file), found)]
    head = _tag("testsuites", name="lvsc", **_counts(list(by_file.values())))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{head}>", *body, "</testsuites>"]
    return "".join(f"{line}\n" for line in lines)


def _counts(groups: Sequence[Sequence[Finding]]) -> dict[str, str]:
    failures = sum(_fails(finding) for group in groups for finding in group)
    return {"tests": str(sum(max(1, len(group)) for group in groups)), "failures": str(failures), "errors": "0"}


def _fails(finding: Finding) -> bool:
    return finding.severity is not Severity.INFO


def _suite(path: str, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"  <{_tag('testsuite', name=path, **_counts([findings]), skipped='0', time='0')}>"
    for finding in findings:
        yield from _case(path, finding)
    if not findings:
        yield f"    <{_tag('testcase', classname=path, name='lint', time='0')}/>"
    yield "  </testsuite>"


def _case(path: str, finding: Finding) -> Iterator[str]:
    place = f"{plain(path)}:{finding.at.line}:{finding.at.column}"
    name = f"{finding.rule} at {finding.at.line}:{finding.at.column}"
    head = _tag("testcase", classname=path, name=name, file=path, line=str(finding.at.line), time="0")
    text = "\n".join([place, *(f"hop: {plain(hop.text)}" for hop in finding.hops), f"help: {plain(finding.remedy)}"])
    yield f"    <{head}>"
    if _fails(finding):
        failure = _tag("failure", type=finding.severity.value, message=finding.message)
        yield f"      <{failure}>{escape(text)}</failure>"
    else:
        yield f"      <system-out>{escape(plain(finding.message))}\n{escape(text)}</system-out>"
    yield "    </testcase>"


def _tag(name: str, /, **attributes: str) -> str:
    return " ".join([name, *(f"{key}={quoteattr(plain(value))}" for key, value in attributes.items())])
