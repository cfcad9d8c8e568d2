"""What a terminal gets and a pipe does not."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def use_color(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to colour: as asked, else by NO_COLOR and FORCE_COLOR, else on a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def say(text: str) -> None:
    """A line for people, on standard error."""
    from lvsc.report import plain_lines

    print(plain_lines(text), file=sys.stderr)
