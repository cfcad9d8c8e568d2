"""Text of a topology inside Markdown: as code, where nothing of it is a link, a name to notify, or HTML."""

from __future__ import annotations

import re

from lvsc.report.plain import plain

_BACKTICKS = re.compile("`+")


def code(text: str) -> str:
    """The text as a span of code, also inside a table."""
    text = plain(text)
    if not text:
        return ""
    fence = _fence(text, 1)
    room = " " if text.startswith("`") or text.endswith("`") or text != text.strip(" ") else ""
    return f"{fence}{room}{text}{room}{fence}".replace("|", "\\|")


def block(text: str, language: str = "text") -> str:
    """The text as a block of code."""
    fence = _fence(text, 3)
    shown = "".join(f"{plain(line)}\n" for line in text.splitlines())
    return f"{fence}{language}\n{shown}{fence}\n"


def _fence(text: str, least: int) -> str:
    longest = max((len(found) for found in _BACKTICKS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def folded(title: str, body: str) -> str:
    """What is only seen when it is opened; the title is ours, never a topology's."""
    return f"<details><summary>{title}</summary>\n\n{body}\n</details>\n"
