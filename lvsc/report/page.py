"""A cluster as one HTML page: its picture, every packet's way, the findings, and what each host gets.

Self-contained: a browser that shows it asks nobody for anything, and its policy forbids what it does not hold itself.
Every text of the topology is escaped; the same cluster gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lvsc.finding import Severity
from lvsc.report.base import Report, counted
from lvsc.report.page_findings import findings
from lvsc.report.page_look import SCRIPT, STYLE
from lvsc.report.page_ways import Way, ways
from lvsc.report.plain import markup

_MOST_HOSTS, _MOST_LINES = 100, 300
Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows: `picture` is an SVG document, `described` the same in words, `files` those of each host."""

    title: str
    picture: str
    described: str
    report: Report
    ways: Sequence[Way]
    files: Mapping[str, Files]


def html(page: Page) -> str:
    """The page."""
    return "".join(f"{line}\n" for line in _document(page))


def _document(page: Page) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{markup(page.title)}</title>"
    yield f"<style>{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield from _head(page)
    yield "<main>"
    yield from _picture(page)
    yield from ways(page.ways)
    yield from findings(page.report)
    yield from _hosts(page.files)
    yield "</main>"
    yield f"<script>{SCRIPT}</script>"
    yield "</body>"
    yield "</html>"


def _policy() -> str:
    return (
        f"default-src 'none'; img-src data:; style-src '{_digest(STYLE)}'; script-src '{_digest(SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _head(page: Page) -> Iterator[str]:
    bad = sum(not way.works for way in page.ways)
    worst = min((each.severity for each in page.report.findings), key=lambda each: each.rank, default=None)
    state = "error" if bad or worst is Severity.ERROR else worst.value if worst else "fine"
    told = f"{bad} of {len(page.ways)} ways do not work" if bad else f"{_many(len(page.ways), 'way')} walked: all work"
    yield "<header>"
    yield f"<h1>{markup(page.title)}</h1>"
    yield f'<p class="state {state}">{told if page.ways else "no way was walked"} · {counted(page.report.findings)}</p>'
    yield '<nav aria-label="On this page">'
    for name, title in (("cluster", "Cluster"), ("ways", "Ways"), ("findings", "Findings"), ("hosts", "Hosts")):
        yield f'<a href="#{name}">{title}</a>'
    yield "</nav>"
    yield "</header>"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def _picture(page: Page) -> Iterator[str]:
    yield '<section id="cluster"><h2>Cluster</h2>'
    if page.picture:
        # As an image, its style sheet and its ids stay its own.
        data = base64.b64encode(page.picture.encode()).decode()
        yield f'<div class="wide"><img alt="{markup(page.described)}" src="data:image/svg+xml;base64,{data}"></div>'
    else:
        yield "<p>The topology cannot be drawn before its errors are mended.</p>"
    yield "</section>"


def _hosts(files: Mapping[str, Files]) -> Iterator[str]:
    yield '<section id="hosts"><h2>Hosts</h2>'
    yield "<p>What <code>lvsc compile</code> writes for each host.</p>" if files else "<p>No files.</p>"
    for host, own in list(files.items())[:_MOST_HOSTS]:
        yield f"<details><summary>{markup(host)} <small>{_many(len(own), 'file')}</small></summary>"
        for path, content in own.items():
            yield f'<details class="file"><summary><code>/{markup(path)}</code></summary>{_content(content)}</details>'
        yield "</details>"
    if len(files) > _MOST_HOSTS:
        yield f"<p>And {len(files) - _MOST_HOSTS} more hosts.</p>"
    yield "</section>"


def _content(content: str) -> str:
    lines = content.splitlines()
    shown = "\n".join(markup(line.expandtabs(8)) for line in lines[:_MOST_LINES])
    rest = f"\n<i>and {len(lines) - _MOST_LINES} more lines</i>" if len(lines) > _MOST_LINES else ""
    return f'<pre tabindex="0">{shown}{rest}</pre>'
