"""What to look at and what to leave out: flags before the environment, before the file of settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from lvsc.cli.config import Config, find_config
from lvsc.finding import Finding, LvscError, Severity, nearest
from lvsc.finding.pages import CHOICES
from lvsc.source import Span

ABOUT_COMMENTS = tuple(name for name in CHOICES if name.endswith("ignore") or name.startswith("ignore"))


@dataclass(frozen=True, slots=True)
class Choice:
    """`select`: only these rules, where there are any; `ignore`: not these; `baseline`: a file, or nothing."""

    config: Config
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: str = ""

    def takes(self, rule: str) -> bool:
        """Whether a rule's findings are wanted."""
        return (not self.select or rule in self.select) and rule not in self.ignore

    def setting(self, key: str, flag: Any, default: Any) -> Any:
        """A flag, else the setting of the file, else the default."""
        return flag if flag is not None else self.config.values.get(key, default)


def choose(
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    baseline: str | None = None,
    config: str | None = None,
) -> Choice:
    """The choice of these flags; those that are not given come from the environment, then from the settings."""
    found = _with_known_rules(find_config(_flag(config, "LVSC_CONFIG"), Path.cwd()))
    values = found.values
    selected = _rules("--select", _several(select, "LVSC_SELECT", values.get("select", [])))
    ignored = _rules("--ignore", _several(ignore, "LVSC_IGNORE", values.get("ignore", [])))
    named = _flag(baseline, "LVSC_BASELINE")
    return Choice(found, selected, ignored, values.get("baseline", "") if named is None else named)


def _flag(value: str | None, variable: str) -> str | None:
    return value if value is not None else os.environ.get(variable)


def _several(flag: Sequence[str] | None, variable: str, setting: Sequence[str]) -> list[str]:
    given = flag if flag is not None else [os.environ[variable]] if variable in os.environ else setting
    return [word for text in given for word in text.replace(",", " ").split()]


def lint_rules() -> list[str]:
    """The rules of a topology that can be used."""
    from lvsc.rules import RULES

    return [module.RULE.name for module in RULES]


def rule_names() -> list[str]:
    """The rules that can be chosen: all, but those without which a file cannot be used."""
    return [*lint_rules(), *ABOUT_COMMENTS]


def _rules(flag: str, names: Iterable[str]) -> tuple[str, ...]:
    names, known = tuple(names), rule_names()
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"there is no rule `{name}` to choose{nearest(name, known)}", param_hint=flag)
    return names


def _with_known_rules(config: Config) -> Config:
    """Settings that name rules which are none, as findings."""
    values, findings = dict(config.values), list(config.findings)
    for key in ("select", "ignore"):
        known = rule_names() if key in values else []
        for name in values.get(key, ()):
            if name not in known:
                at = _word(config, name)
                message = f"`{key}` names `{name[:80]}`, which is no rule to choose{nearest(name, known)}"
                findings.append(Finding("wrong-setting", Severity.ERROR, at, message, "`lvsc explain` lists all rules"))
                values.pop(key, None)
    return replace(config, values=values, findings=tuple(findings))


def _word(config: Config, word: str) -> Span:
    """Where a quoted word of the settings stands first."""
    ((name, text),) = config.sources.items()
    for number, line in enumerate(text.splitlines(), 1):
        for quote in "\"'":
            if (start := line.find(f"{quote}{word}{quote}")) >= 0:
                return Span(name, number, start + 1, number, start + len(word) + 3)
    return Span(name, 1, 1, 1, 2)


def read_known(choice: Choice) -> frozenset[str]:
    """The identities of the baseline; none without one."""
    from lvsc.finding.baseline import read_baseline

    if not choice.baseline:
        return frozenset()
    try:
        text = Path(choice.baseline).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise LvscError(f"cannot read {choice.baseline}: {said}", "write it with --write-baseline") from error
    return read_baseline(choice.baseline, text)
