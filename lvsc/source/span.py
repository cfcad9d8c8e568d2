"""Where a value stands in a file."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A piece of a file; lines and columns count from 1, the end column is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class SourceFault(Exception):
    """The text cannot be read as a topology; `span` is where, `remedy` what to do, `related` a second place."""

    def __init__(self, span: Span, message: str, remedy: str, related: tuple[Span, str] | None = None) -> None:
        super().__init__(message)
        self.span = span
        self.message = message
        self.remedy = remedy
        self.related = related
