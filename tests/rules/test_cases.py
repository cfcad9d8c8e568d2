"""Each rule on small topologies: carets mark place and message of all that it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from lvsc.cli.app import commands
from lvsc.finding import Finding
from lvsc.rules import RULES, check
from tests.conftest import EXAMPLES, site

HERE = Path(__file__).parent
CARETS = re.compile(r" *# *(\^+) (.*)")
SECTIONS = ["Why it hurts", "Wrong", "Right", "Source"]

Mark = tuple[int, int, int, str]


def rule(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def cases(module: ModuleType) -> list[Path]:
    return sorted((HERE / rule(module)).glob("*.yaml"))


def marked(text: str) -> Iterator[Mark]:
    """Line, column, width and message of each row of carets; it belongs to the last line that is none."""
    above = 0
    for number, line in enumerate(text.splitlines(), 1):
        if found := CARETS.fullmatch(line):
            yield above, found.start(1) + 1, len(found[1]), found[2]
        else:
            above = number


def said(finding: Finding, marks: list[Mark]) -> Mark:
    """The finding as a mark; one caret shows where a place starts, several its whole width."""
    line, column, end_line, end_column = finding.at[1:]
    short = (line, column, 1, finding.message)
    return short if short in marks or end_line != line else (line, column, end_column - column, finding.message)


@pytest.mark.parametrize(
    ("module", "case"),
    [pytest.param(module, case, id=f"{rule(module)}-{case.stem}") for module in RULES for case in cases(module)],
)
def test_a_rule_says_what_the_carets_show(module: ModuleType, case: Path) -> None:
    marks = sorted(marked(case.read_text(encoding="utf-8")))
    findings = list(module.check(site(case)))
    assert sorted(said(finding, marks) for finding in findings) == marks
    assert {finding.rule for finding in findings} <= {module.RULE.name}
    assert all(finding.remedy for finding in findings)


@pytest.mark.parametrize("module", RULES, ids=rule)
def test_a_rule_has_a_case_that_fires_and_one_that_does_not(module: ModuleType) -> None:
    fires = {bool(list(marked(case.read_text(encoding="utf-8")))) for case in cases(module)}
    assert fires == {True, False}


@pytest.mark.parametrize("module", RULES, ids=rule)
def test_a_rule_is_named_like_its_file(module: ModuleType) -> None:
    assert module.RULE.name == rule(module).replace("_", "-")


@pytest.mark.parametrize("module", RULES, ids=rule)
def test_a_rules_page_has_all_its_parts(module: ModuleType) -> None:
    first, blank, *rest = (module.__doc__ or "").splitlines()
    assert first.endswith(".")
    assert not blank
    assert [line for line in rest if not line.startswith("    ")] == SECTIONS
    assert all(line == line.rstrip() and len(line) <= 110 for line in rest)


@pytest.mark.parametrize("module", RULES, ids=rule)
def test_explain_shows_a_rules_page(module: ModuleType) -> None:
    shown = CliRunner().invoke(commands(["explain"]), ["explain", module.RULE.name])
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"{module.RULE.name}\n")
    assert (module.__doc__ or "?").rstrip() in shown.stdout


def test_every_folder_of_cases_belongs_to_a_rule() -> None:
    folders = {path.name for path in HERE.iterdir() if list(path.glob("*.yaml"))}
    assert folders == {rule(module) for module in RULES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_no_rule_says_anything_about_an_example(example: Path) -> None:
    assert list(check(site(example))) == []
