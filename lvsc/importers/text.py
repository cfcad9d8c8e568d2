"""Bytes of a foreign file as lines: whatever is in them, and a finding for what does not belong there."""

from __future__ import annotations

import re

from lvsc.finding import Severity
from lvsc.importers.ledger import Ledger
from lvsc.source import Span

MAX_BYTES = 16 << 20
MAX_LINES = 500_000
# Editors and web pages put these where a tool wants blanks and quotes.
_BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NOTHING = "\u200b\u200c\u200d\u2060\ufeff"
_DOUBLE, _SINGLE = "\u201c\u201d\u201e\u201f\u00ab\u00bb", "\u2018\u2019\u201a\u201b"
_ODD = re.compile(f"[{_BLANKS}{_NOTHING}{_DOUBLE}{_SINGLE}]")
_MEANT = {**dict.fromkeys(_BLANKS + _NOTHING, " "), **dict.fromkeys(_DOUBLE, '"'), **dict.fromkeys(_SINGLE, "'")}
# What str.splitlines takes for the end of a line, and control characters: a blank each, so that columns stay.
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_ANY = re.compile(f"{_CONTROL.pattern}|{_ODD.pattern}")
_ODD_MANY = 20


def lines_of(ledger: Ledger, file: str, data: bytes, comments: str = "#") -> list[str] | None:
    """The lines of a file; None, and a finding, where it is no text at all."""
    start = Span(file, 1, 1, 1, 2)
    if len(data) > MAX_BYTES or data.count(b"\n") > MAX_LINES:
        message = f"the file has {len(data)} bytes, more than lvsc reads"
        ledger.error("unreadable", start, message, "split it")
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        ledger.error("unreadable", start, "the file is UTF-16, not UTF-8", "save the file as UTF-8")
        return None
    if _binary(data[:4096]):
        ledger.error("unreadable", start, "the file is binary, no configuration", "name the configuration file itself")
        return None
    text = _decode(ledger, file, data)
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if text.isascii() and text.isprintable() and "\r" not in text:
        return lines
    return [_line(ledger, file, number, line, comments) for number, line in enumerate(lines, 1)]


def _binary(start: bytes) -> bool:
    odd = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in start)
    return odd > max(8, len(start) // 5)


def _decode(ledger: Ledger, file: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        message = f"byte {data[error.start]:#04x} is not UTF-8: the file is read as Latin-1"
        span = Span(file, line, column, line, column + 1)
        ledger.say("stray-character", Severity.INFO, span, message, "save the file as UTF-8")
        return data.decode("latin-1")


def _line(ledger: Ledger, file: str, number: int, line: str, comments: str) -> str:
    """The line as it was meant; what stands in comments is nobody's trouble."""
    if not _ANY.search(line):
        return line
    start = min((at for char in comments if (at := line.find(char)) >= 0), default=len(line))
    for count, found in enumerate(_ANY.finditer(line, 0, start)):
        if count >= _ODD_MANY:
            break
        span = Span(file, number, found.start() + 1, number, found.end() + 1)
        ledger.error("stray-character", span, *_said(found[0]))
    return _ANY.sub(lambda found: _MEANT.get(found[0], " "), line)


def _said(char: str) -> tuple[str, str]:
    name = f"U+{ord(char):04X}"
    if char in _BLANKS:
        return f"a no-break or wide space ({name}): the tool takes it for part of a word", "write a plain space"
    if char in _DOUBLE or char in _SINGLE:
        return f"a typographic quote ({name}): the tool takes it for part of a word", f"write {_MEANT[char]}"
    if char == "\0":
        return "a NUL byte: the tool stops reading the line here", "remove it"
    return f"the invisible character {name}", "remove it"
