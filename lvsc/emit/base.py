"""What an emitter is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from lvsc.state import HostState

HEADER = "# Written by lvsc from the topology: edit the topology, not this file.\n"


class File(NamedTuple):
    """A file of a host: its path below /, without the slash, and its text."""

    path: str
    text: str


class Emitter(Protocol):
    """A module of this room: pure, the same state gives the same bytes."""

    NAME: str

    def emit(self, host: HostState) -> Iterator[File]:
        """The files of this kind that a host needs; none where it needs none."""
        ...
