"""Sources in the manner of real ones: the topology that each gives, what lint says of it, and where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lvsc.cli.choice import choose
from lvsc.cli.foreign import lint_foreign, sources
from lvsc.importers import SEEN
from lvsc.report import Report, form
from lvsc.rules import RULES
from tests.importers.cases import CASES, IDS, files_of, hosts_of, imported, name_of

WRITE = bool(os.environ.get("LVSC_WRITE_GOLDENS"))


def compared(path: Path, text: str) -> None:
    if WRITE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", CASES, ids=name_of)
def test_a_source_gives_its_topology(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = imported(folder)
    assert found.text is not None
    hosts_of(found.text)
    compared(folder / "topology.yaml", found.text)


@pytest.mark.parametrize("folder", CASES, ids=name_of)
def test_lint_says_what_is_wrong_at_the_sources_own_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    opened = lint_foreign(sources(files_of(folder), None), IDS.get(folder.name, ()), choose(config=""))
    compared(folder / "lint.txt", form("concise").render(Report(opened.findings, sources=opened.sources), False))
    for finding in opened.findings:
        lines = opened.sources[finding.at.file].split("\n")
        assert 1 <= finding.at.line <= len(lines)
        assert finding.at.column <= len(lines[finding.at.line - 1]) + 1


@pytest.mark.parametrize("folder", CASES, ids=name_of)
def test_a_topology_for_lint_loads_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    plain = imported(folder, fold=False)
    folded = imported(folder)
    assert plain.text is not None
    assert folded.text is not None
    assert hosts_of(plain.text) == hosts_of(folded.text)


def test_there_are_enough_of_each_format() -> None:
    counts = [sum(folder.parent.name == name for folder in CASES) for name in ("keepalived", "ldirectord", "ipvsadm")]
    assert counts[0] >= 20
    assert counts[1] >= 6
    assert counts[2] >= 8


def test_the_rules_that_lint_asks_exist() -> None:
    assert {module.RULE.name for module in RULES} >= SEEN
