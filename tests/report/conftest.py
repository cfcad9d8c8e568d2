"""Reports to render, and the schemas that they are held against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.validators import validator_for

from lvsc.finding import Finding, Note, Severity, Step
from lvsc.graph import cluster
from lvsc.lower import lower
from lvsc.report import Report
from lvsc.rules import Site, check
from lvsc.rules.pages import PAGES
from lvsc.source import Span
from lvsc.topology import load
from tests.conftest import ROOT

SCHEMAS = Path(__file__).parent / "schemas"
HOSTILE = (
    "a`b``c|d <img src=x onerror=alert(1)> @team #1 [x](https://evil.example) ]]> \"'& %0A::error::owned\n"
    "::error file=x::owned\r\x1b[2J\x00\u202e${{ github.token }} ```\n# big\n"
)


def report(text: str, file: str = "cluster/web.lvsc.yaml", **more: Any) -> Report:
    """The report on a topology."""
    loaded = load([(file, text.encode())])
    findings = list(loaded.findings)
    if loaded.topology is not None and not findings:
        hosts = lower(loaded.topology)
        findings = list(check(Site(loaded.topology, hosts, cluster(hosts))))
    return Report(findings, (), (file,), {file: text}, loaded.roots, pages=PAGES, **more)


def example(name: str, **more: Any) -> Report:
    """The report on one of the examples."""
    return report((ROOT / "examples" / name).read_text(encoding="utf-8"), **more)


def broken(**more: Any) -> Report:
    """One error, with a note and a packet's way."""
    return example("broken/dr-answers-arp.yaml", **more)


def clean() -> Report:
    """Nothing to say."""
    return example("dr-minimal.yaml")


def hostile() -> Report:
    """Findings whose every text was written by an enemy."""
    span = Span(f"a,b:c%{HOSTILE}.yaml", 2, 3, 2, 9)
    finding = Finding(
        "unknown-key", Severity.ERROR, span, HOSTILE, HOSTILE, (Note(span, HOSTILE),), (Step(HOSTILE, span),)
    )
    return Report([finding], (), (span.file,), {span.file: f"x\n  {HOSTILE}"}, pages=PAGES)


def many(count: int, severity: Severity = Severity.ERROR) -> Report:
    """So many findings."""
    found = [
        Finding("unknown-key", severity, Span("a.yaml", each, 1, each, 2), f"number {each}", "mend it")
        for each in range(1, count + 1)
    ]
    return Report(found, (), ("a.yaml",), pages=PAGES)


def whole(text: str, schema: Path) -> Any:
    """The document, held against a schema."""
    document = json.loads(text)
    wanted = json.loads(schema.read_text(encoding="utf-8"))
    kind = validator_for(wanted)
    kind.check_schema(wanted)
    errors = list(kind(wanted, format_checker=jsonschema.FormatChecker()).iter_errors(document))
    assert not errors, errors[0]
    return document
