"""docs/pitfalls.md speaks of every entry of the catalogue, and only of rules that there are."""

from __future__ import annotations

import re

import pytest

from lvsc.rules.pages import PAGES
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-Z]\d\d) \| ([^|]*) \| (.*) \|$", TEXT, re.M)
# How many entries each family of the catalogue has.
FAMILIES = {"A": 28, "R": 36, "S": 55, "F": 15, "V": 34, "H": 36, "Y": 13, "C": 15, "K": 12, "X": 10, "T": 19}
# Names between backticks that are no rules: units, settings, options.
OTHERS = {"lvsc-table", "lvsc-network", "lvsc-marks"}


def test_every_entry_has_a_row() -> None:
    expected = [f"{family}{number:02d}" for family, count in FAMILIES.items() for number in range(1, count + 1)]
    assert sorted(row[0] for row in ROWS) == sorted(expected)


@pytest.mark.parametrize(("entry", "said"), [(row[0], row[2]) for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row_names_rules_or_gives_a_reason(entry: str, said: str) -> None:
    names = re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+|unreachable)`", said)
    assert set(names) <= set(PAGES) | OTHERS
    assert names or len(said) > 15
