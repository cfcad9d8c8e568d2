"""Reports of one run, each to its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from lvsc.cli.console import use_color
from lvsc.cli.files import write_text
from lvsc.cli.opened import Opened
from lvsc.report import DOCUMENTS, FORMS, Report, form

Target = tuple[str, str]
_FOR_PEOPLE = frozenset({"full", "concise"})


def targets(output: Iterable[str]) -> list[Target]:
    """The form and place of each `FORMAT` or `FORMAT=FILE`; a document has standard output to itself."""
    found = [_target(text) for text in output]
    shown = [name for name, place in found if place == "-"]
    document = next((name for name in shown if name in DOCUMENTS), None)
    if document is not None and len(shown) > 1:
        message = f"{document} needs standard output for itself: give it a file, as in {document}=FILE"
        raise typer.BadParameter(message, param_hint="--output")
    return found


def _target(text: str) -> Target:
    name, _, place = text.partition("=")
    if name not in FORMS:
        *first, last = FORMS
        raise typer.BadParameter(f"`{name}` is no format: use {', '.join(first)} or {last}", param_hint="--output")
    return name, place or "-"


def write_reports(opened: Opened, wanted: Sequence[Target], color: str, rules_url: str) -> None:
    """Write each report."""
    report = report_of(opened, any(name not in _FOR_PEOPLE for name, _ in wanted), rules_url)
    for name, place in wanted:
        write_text(place, form(name).render(report, place == "-" and use_color(sys.stdout, color)))


def report_of(opened: Opened, rich: bool = True, rules_url: str = "") -> Report:
    """What the forms are made of; `rich`: also what machines want to know."""
    return Report(
        opened.findings,
        opened.hidden,
        opened.files,
        opened.sources,
        opened.roots,
        repository_paths(opened.files) if rich else {},
        _pages() if rich else {},
        rules_url,
    )


def _pages() -> dict[str, str]:
    from lvsc.rules.pages import PAGES

    return PAGES


def repository_paths(files: Iterable[str]) -> dict[str, str]:
    """What the files are called inside their repository, links followed; without one from here on."""
    here = Path.cwd().resolve()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    found = {}
    for file in files:
        path = Path(file).resolve()
        found[file] = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    return found
