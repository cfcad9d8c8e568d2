"""The lines of keepalived.conf as keepalived gets to see them: includes read, conditions decided, variables put in.

lib/parser.c of 2.2.7: comments go first, then `include`, `@id`, definitions
and substitution, in this order, on each line and on what it becomes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lvsc.importers.files import Files, within
from lvsc.importers.keepalived_words import is_secret
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.text import lines_of
from lvsc.source import Span

MAX_DEPTH, MAX_FILES, MAX_MADE = 8, 200, 4 << 20
_TOO_LONG = 1023
_INCLUDE = re.compile(r"include[rmwba]*\s+(.*)")
_DEFINITION = re.compile(r"\$([A-Za-z_]\w*)\s*=[ \t]*(.*)", re.ASCII | re.DOTALL)
_USE = re.compile(r"\$(?:\{([A-Za-z]\w*)\}|([A-Za-z]\w*)(?=[ \t,)]|$))", re.ASCII)
_CONDITION = re.compile(r"@(\^?)([^ \t]*)[ \t]*")
_COMMENT = re.compile(r"[#!]|\"|\\[#!]")
COMMENTS = "#!"


@dataclass(frozen=True, slots=True)
class Line:
    """A line to read; `columns` gives the place of each character where variables moved them."""

    file: str
    number: int
    text: str
    comment: str = ""
    columns: Sequence[int] | None = None

    def span(self, start: int, end: int) -> Span:
        """The place of a piece of it."""
        if self.columns is None:
            return Span(self.file, self.number, start + 1, self.number, end + 1)
        first = self.columns[min(start, len(self.columns) - 1)] if self.columns else 1
        last = self.columns[min(end, len(self.columns)) - 1] if self.columns and end else first
        return Span(self.file, self.number, first, self.number, max(first, last) + 1)


class Lines:
    """Reads a file and what it includes."""

    def __init__(self, ledger: Ledger, files: Files, config_id: str | None) -> None:
        self.ledger = ledger
        self.files = files
        self.config_id = config_id
        self.texts: dict[str, list[str]] = {}
        self.defined: dict[str, tuple[str, bool]] = {}
        self.growing: str | None = None
        self.ids: dict[str, Span] = {}
        self.open: list[str] = []
        self.made = 0
        self.read = 0

    def of(self, file: str, data: bytes, depth: int = 0) -> Iterator[Line]:
        """The lines of a file, in order."""
        self.read += 1
        lines = lines_of(self.ledger, file, data, COMMENTS)
        if lines is None:
            return
        self.texts.setdefault(file, lines)
        for number, text in enumerate(lines, 1):
            if len(text) > _TOO_LONG:
                span = Span(file, number, _TOO_LONG + 1, number, len(text) + 1)
                message = f"the line has {len(text)} characters: keepalived splits it after {_TOO_LONG}"
                self.ledger.error("wrong-value", span, message, "write shorter lines")
            code, comment = _decomment(text)
            if self.growing is not None:
                self._grow(code)
            elif (found := _INCLUDE.match(code.lstrip())) and depth <= MAX_DEPTH:
                yield from self._include(Line(file, number, code), found[1].strip().strip('"'), depth)
            elif code.strip() or comment:
                yield from self._live(Line(file, number, code, comment), 0)

    def _grow(self, code: str) -> None:
        """The next line of a definition of several lines."""
        name = self.growing
        assert name is not None
        more = code.rstrip().endswith("\\")
        text = code.rstrip().removesuffix("\\").strip() if more else code.strip()
        self.made += len(text)
        if text and self.made <= MAX_MADE:
            self.defined[name] = (f"{self.defined[name][0]}\n{text}", True)
        if not more:
            self.growing = None

    def _live(self, line: Line, depth: int) -> Iterator[Line]:
        """The line after conditions, definitions and substitution; nothing where it is not for this host."""
        start = len(line.text) - len(line.text.lstrip())
        kept = _cut(line, start) if start else line
        if kept.text.startswith("@"):
            found = _CONDITION.match(kept.text)
            assert found is not None
            if not self._meant(found[1] == "^", found[2], kept.span(0, found.end(2))):
                return
            kept = _cut(kept, found.end())
        if found := _DEFINITION.match(kept.text):
            if is_secret(found[1]):
                self.ledger.secret(kept.span(*found.span(2)))
            self._define(found[1], found[2])
        elif kept.text.startswith(("~SEQ", "~LST")):
            at = kept.span(0, len(kept.text))
            message = f"`{clean(kept.text, 60)}` makes several lines of one, and lvsc does not read it"
            self.ledger.error("not-read", at, message, "write those lines out, one by one")
        elif "$" in kept.text and (made := self._substituted(kept, depth)) is not None:
            for each in made:
                yield from self._live(each, depth + 1)
        else:
            yield kept

    def _meant(self, inverted: bool, word: str, at: Span) -> bool:
        self.ids.setdefault(word, at)
        return (word == self.config_id) != inverted

    def _define(self, name: str, value: str) -> None:
        more = value.rstrip().endswith("\\")
        self.made += len(value)
        if self.made <= MAX_MADE:
            self.defined[name] = (value.rstrip().removesuffix("\\").strip() if more else value.rstrip(), more)
            self.growing = name if more else None

    def _substituted(self, line: Line, depth: int) -> list[Line] | None:
        """The lines that it becomes; None where no variable of it is defined."""
        pieces: list[tuple[str, int, int]] = []
        last = 0
        for found in _USE.finditer(line.text):
            value = self.defined.get(found[1] or found[2])
            if value is not None:
                pieces += [(line.text[last : found.start()], last, 1), (value[0], found.start(), 0)]
                last = found.end()
        if not last and not pieces:
            return None
        self.made += sum(len(text) for text, _, _ in pieces)
        if depth >= MAX_DEPTH * 4 or self.made > MAX_MADE:
            at = line.span(0, len(line.text))
            self.ledger.error("not-read", at, "variables that hold each other, or too much text", "write the values")
            return []
        return _joined(line, [*pieces, (line.text[last:], last, 1)])

    def _include(self, line: Line, pattern: str, depth: int) -> Iterator[Line]:
        at = line.span(len(line.text) - len(line.text.lstrip()), len(line.text.rstrip()))
        folder = posixpath.dirname(line.file)
        wanted = posixpath.join(folder, pattern)
        if not self.files.anywhere and not within(wanted, folder):
            message = f"`{clean(pattern)}` is not below the folder of the file that includes it: not read"
            self.ledger.error("not-read", at, message, "copy it there, or allow it with --include-anywhere")
            return
        names = self.files.find(wanted) if "$" not in pattern else []
        if not names:
            self.ledger.warn("not-read", at, f"include `{clean(pattern)}` finds no file", "name its files, too")
        for name in names:
            yield from self._included(name, folder, at, depth)

    def _included(self, name: str, folder: str, at: Span, depth: int) -> Iterator[Line]:
        real = self.files.real
        if not self.files.anywhere and not within(real(name), real(folder)):
            message = f"`{clean(name)}` is a link to outside the folder of the file that includes it: not read"
            self.ledger.error("not-read", at, message, "copy it there, or allow it with --include-anywhere")
        elif name in self.open:
            self.ledger.error("not-read", at, f"`{clean(name)}` includes itself", "remove this line")
        elif depth >= MAX_DEPTH or self.read >= MAX_FILES:
            self.ledger.error("not-read", at, f"`{clean(name)}`: too many files or levels of include", "flatten it")
        elif (data := self.files.read(name)) is None:
            self.ledger.error("not-read", at, f"`{clean(name)}` cannot be read", "look at its permissions")
        else:
            self.open.append(name)
            yield from self.of(name, data, depth + 1)
            self.open.pop()


def _decomment(text: str) -> tuple[str, str]:
    """The line without its comment, and the comment; in quotes `#` and `!` are letters."""
    quoted = False
    for found in _COMMENT.finditer(text):
        if found[0] == '"':
            quoted = not quoted
        elif len(found[0]) == 1 and not quoted:
            return text[: found.start()], text[found.end() :].strip()
    return text, ""


def _cut(line: Line, start: int) -> Line:
    columns = line.columns if line.columns is not None else range(1, len(line.text) + 1)
    return Line(line.file, line.number, line.text[start:], line.comment, columns[start:])


def _joined(line: Line, pieces: list[tuple[str, int, int]]) -> list[Line]:
    """The pieces as lines: what was written keeps its places, what was put in has that of the variable."""
    old = line.columns if line.columns is not None else range(1, len(line.text) + 1)
    lines: list[Line] = []
    text: list[str] = []
    columns: list[int] = []
    for piece, at, step in pieces:
        for offset, part in enumerate(piece.split("\n")):
            if offset:
                lines.append(Line(line.file, line.number, "".join(text), line.comment, tuple(columns)))
                text, columns = [], []
            text.append(part)
            columns += old[at : at + len(part)] if step else [old[at]] * len(part)
    return [*lines, Line(line.file, line.number, "".join(text), line.comment, tuple(columns))]
