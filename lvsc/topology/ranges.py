"""Ranges in names and addresses: `web[01-40]`, `192.0.2.[11-50]`."""

from __future__ import annotations

import itertools
import re

_BRACKETS = re.compile(r"\[([0-9]{1,9})-([0-9]{1,9})\]")
MAX_RANGE = 10_000


class RangeFault(ValueError):
    """A range that cannot be expanded; says why, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def is_range(text: str) -> bool:
    """Whether the text has brackets."""
    return "[" in text or "]" in text


def expand(text: str) -> list[str]:
    """All names of a range in order; the width of the first number is kept (`[01-10]`: 01, 02 ... 10).

    Raises RangeFault for brackets that hold no range, count down, or give
    more than MAX_RANGE names.
    """
    if not is_range(text):
        return [text]
    pieces = _BRACKETS.split(text)
    if any(is_range(piece) for piece in pieces[::3]):
        raise RangeFault(f"`{text}` has brackets without a range between them", "write a range such as [01-40]")
    choices = [_numbers(text, first, last) for first, last in zip(pieces[1::3], pieces[2::3], strict=True)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MAX_RANGE:
        raise _too_many(text, count)
    fixed = pieces[::3]
    return [
        "".join(itertools.chain(*zip(fixed, [*numbers, ""], strict=True))) for numbers in itertools.product(*choices)
    ]


def _numbers(text: str, first: str, last: str) -> list[str]:
    low, high = int(first), int(last)
    if high < low:
        raise RangeFault(f"the range [{first}-{last}] of `{text}` counts down", "write the smaller number first")
    if high - low >= MAX_RANGE:
        raise _too_many(text, high - low + 1)
    width = len(first) if first.startswith("0") else 0
    return [str(number).zfill(width) for number in range(low, high + 1)]


def _too_many(text: str, count: int) -> RangeFault:
    return RangeFault(f"`{text}` stands for {count} names, more than {MAX_RANGE}", "write several smaller ranges")
