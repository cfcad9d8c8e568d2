"""docs/rules is what scripts/generate makes, and what its examples show is so."""

from __future__ import annotations

import pytest

from lvsc.finding.pages import CHOICES
from lvsc.rules import RULES
from lvsc.rules.pages import PAGES
from scripts import rule_pages
from scripts.rule_pages import FAMILIES, FOLDER, example
from tests.rules.test_fixes import OFFERED

NAMES = [module.RULE.name for module in RULES]
FAMILY = {name: family for family, names in FAMILIES.items() for name in names}
# What such a comment fails to hide is shown beside it.
NOT_HIDDEN = {"wrong-ignore", "ignore-without-reason", "expired-ignore"}


def test_every_finding_has_a_page_and_a_family() -> None:
    assert sorted(FAMILY) == sorted(PAGES)
    assert sum(len(names) for names in FAMILIES.values()) == len(PAGES)
    assert {path.name for path in FOLDER.iterdir()} == {"index.md", *(f"{name}.md" for name in PAGES)}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_its_rule_and_its_examples_make(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text(encoding="utf-8") == rule_pages.page(FAMILY[name], name)


@pytest.mark.parametrize("name", PAGES)
def test_the_wrong_example_has_that_finding_alone_and_the_right_one_none(name: str) -> None:
    shown = example(name)
    assert set(shown.found) - ({"weights-ignored"} if name in NOT_HIDDEN else set()) == {name}
    assert shown.found.count(name) == 1
    assert shown.found_right == ()
    assert shown.printed.count(f"[{name}]: ") == 1
    assert shown.wrong != shown.right


@pytest.mark.parametrize("name", sorted({*OFFERED, "unused-ignore"}))
def test_a_fix_makes_the_right_example_of_the_wrong_one(name: str) -> None:
    shown = example(name)
    assert shown.fix in ("safe", "unsafe")
    assert shown.fixed == shown.right


@pytest.mark.parametrize("name", sorted(set(PAGES) - OFFERED - {"unused-ignore"}))
def test_what_has_no_fix_promises_none(name: str) -> None:
    assert example(name).fix is None
    assert "## Fix" not in (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def test_the_index_is_current() -> None:
    assert (FOLDER / "index.md").read_text(encoding="utf-8") == rule_pages.index()


def test_examples_belong_to_rules() -> None:
    pages = rule_pages.ROOT / "tests" / "pages"
    assert {path.name for path in pages.iterdir()} <= set(NAMES) | set(CHOICES) | set(PAGES)
