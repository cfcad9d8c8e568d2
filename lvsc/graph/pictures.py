"""The drawings, by name; apart from the room's door, because lint need not load them."""

from __future__ import annotations

from collections.abc import Callable

from lvsc.graph.dot import dot
from lvsc.graph.mermaid import mermaid
from lvsc.graph.picture import Picture
from lvsc.graph.picture_make import picture
from lvsc.graph.svg import svg

DRAWINGS: dict[str, Callable[[Picture], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}

__all__ = ["DRAWINGS", "picture"]
