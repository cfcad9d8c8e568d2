"""The manual page of every finding: a rule's is its docstring."""

from __future__ import annotations

from lvsc.finding.pages import CHOICES
from lvsc.rules import RULES
from lvsc.topology.pages import LANGUAGE

PAGES: dict[str, str] = {**LANGUAGE, **CHOICES, **{module.RULE.name: module.__doc__ or "" for module in RULES}}
