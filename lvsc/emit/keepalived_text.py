"""How keepalived.conf writes blocks and times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Block: TypeAlias = Iterator[str]


def block(head: str, body: Iterable[str]) -> Block:
    """A block, its lines indented."""
    yield f"{head} {{"
    for line in body:
        yield f"    {line}"
    yield "}"


def seconds(milliseconds: int) -> str:
    """A time in seconds, with as many digits as it needs."""
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".")
