"""Text that is safe on a terminal, whatever a topology holds."""

from __future__ import annotations

import unicodedata
from html import escape


def plain(text: str) -> str:
    """The text with control and direction characters shown as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def plain_lines(text: str) -> str:
    """The same for several lines; none of them is a command to the runner of a workflow (`::error::`)."""
    first, *rest = text.split("\n")
    return "\n".join(
        [plain(first), *(f"| {plain(line)}" if line.lstrip()[:2] == "::" else plain(line) for line in rest)]
    )


def markup(text: str) -> str:
    """The same as HTML."""
    return escape(plain(text))


def width(text: str) -> int:
    """The columns that the text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)
