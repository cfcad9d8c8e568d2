"""What a terminal gets and a pipe does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from lvsc.finding import Finding, Severity


def use_color(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to colour: as asked, else by NO_COLOR and FORCE_COLOR, else on a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def say(text: str) -> None:
    """A line for people, on standard error."""
    print(text, file=sys.stderr)


def summary(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    counts = [(severity, sum(each.severity is severity for each in findings)) for severity in Severity]
    parts = [f"{count} {severity.value}{'s' * (count > 1)}" for severity, count in counts if count]
    return ", ".join(parts) or "no findings"
