"""What a report form is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from lvsc.finding import Finding

Sources = Mapping[str, str]


class Form(Protocol):
    """A module of this room: findings into text, pure."""

    NAME: str

    def render(self, findings: Sequence[Finding], sources: Sources, color: bool) -> str:
        """The whole report; `sources` holds the text of each file, for snippets."""
        ...
