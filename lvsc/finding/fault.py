"""The world's faults."""

from __future__ import annotations


class LvscError(Exception):
    """Something outside the user's file went wrong: a file, a tool, a kernel.

    Caught once, in `cli`; `remedy` says what the user can do.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class Refused(LvscError):
    """Refused before anything was touched; it may be tried again."""
