"""How wide a text will be, guessed on the safe side, and how it is written into XML."""

from __future__ import annotations

from lvsc.graph.picture import plain

_NARROW = frozenset("fijlrtI.,:;'|!()[]/ -")
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_WIDE = frozenset("mwMW@%…")


def sans(text: str, size: float) -> float:
    """The width in a system font."""
    return size * sum(_width(char) for char in text)


def _width(char: str) -> float:
    if char in _NARROW:
        return 0.34
    return 0.95 if char in _WIDE else 0.7 if char.isupper() else 0.59


def mono(text: str, size: float) -> float:
    """The width in a monospace font."""
    return size * 0.615 * len(text)


def xml(text: str, limit: int = 80) -> str:
    """A text that stays text in XML."""
    return plain(text, limit).translate(_XML)


def number(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
