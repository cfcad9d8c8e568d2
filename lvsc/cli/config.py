"""lvsc.toml, or [tool.lvsc] of pyproject.toml: searched upward to the top of the repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lvsc.finding import Finding, LvscError, Severity, nearest
from lvsc.report import FORMS
from lvsc.source import Span

SEVERITIES = ("error", "warning", "info", "never")


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a file, those that are right, and what is wrong with the others."""

    values: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _output(value: Any) -> bool:
    return _words(value) and all(each.partition("=")[0] in FORMS for each in value)


# Each setting: what it must be, in words, and the test.
SETTINGS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "select": ("a list of rules", _words),
    "ignore": ("a list of rules", _words),
    "fail-on": (f"one of: {', '.join(SEVERITIES)}", lambda value: value in SEVERITIES),
    "output": (f"a list of formats (FORMAT or FORMAT=FILE): {', '.join(FORMS)}", _output),
    "baseline": ("the name of a file", lambda value: isinstance(value, str)),
    "rules-url": ("an address with {rule} in it", lambda value: isinstance(value, str) and "{rule}" in value),
}
_FILES = (("lvsc.toml", ""), ("pyproject.toml", "tool.lvsc"))


def find_config(named: str | None, here: Path) -> Config:
    """The settings of the file that is named ("" for none), else of the nearest one; none at all is fine."""
    if named is not None:
        return _read(Path(named), _table(Path(named))) if named else Config()
    for folder in (here, *here.parents):
        for name, table in _FILES:
            if (folder / name).is_file() and (found := _read(folder / name, table)).sources:
                return found
        if (folder / ".git").exists():
            break
    return Config()


def _table(path: Path) -> str:
    return dict(_FILES).get(path.name, "")


def _read(path: Path, table: str) -> Config:
    name = _short(path)
    try:
        text = path.read_text(encoding="utf-8")
        if table and "lvsc" not in text:
            return Config()
        import tomllib

        values = tomllib.loads(text)
    except OSError as error:
        raise LvscError(f"cannot read {name}: {error.strerror}") from error
    except ValueError as error:
        raise LvscError(f"{name} is not TOML: {error}") from error
    for part in filter(None, table.split(".")):
        values = values.get(part, {}) if isinstance(values, dict) else {}
    if table and not values:
        return Config()
    found = {key: _checked(name, text, table, key, value) for key, value in values.items()}
    right = {key: _placed(path, key, values[key]) for key, finding in found.items() if finding is None}
    return Config(right, tuple(each for each in found.values() if each is not None), {name: text})


def _short(path: Path) -> str:
    """As seen from here, where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _checked(name: str, text: str, table: str, key: str, value: Any) -> Finding | None:
    at = _place(name, text, table, key)
    if key not in SETTINGS:
        remedy = f"use one of: {', '.join(SETTINGS)}"
        message = f"unknown setting `{key[:80]}`{nearest(key, SETTINGS)}"
        return Finding("unknown-setting", Severity.ERROR, at, message, remedy)
    wanted, right = SETTINGS[key]
    if not right(value):
        message = f"`{key}` is `{str(value)[:80]}`"
        return Finding("wrong-setting", Severity.ERROR, at, message, f"write {wanted}")
    return None


def _placed(path: Path, key: str, value: Any) -> Any:
    """A file that a setting names lies beside the file of the settings."""
    return str(Path(_short(path)).parent / value) if key == "baseline" else value


def _place(name: str, text: str, table: str, key: str) -> Span:
    """Where a key stands: tomllib does not tell."""
    inside = not table
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]*?)\s*\]", line):
            inside = header[1].replace(" ", "").replace('"', "") == table
        elif inside and (found := re.match(rf"\s*([\"']?){re.escape(key)}\1\s*[.=]", line)):
            start = found.start(1) + 1
            return Span(name, number, start, number, start + len(key) + 2 * len(found[1]))
    return Span(name, 1, 1, 1, 2)


def settings() -> Iterator[tuple[str, str]]:
    """Each setting with what it must be."""
    return ((key, wanted) for key, (wanted, _) in SETTINGS.items())
