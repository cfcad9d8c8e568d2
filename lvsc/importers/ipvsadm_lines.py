"""A line of `ipvsadm -R` as its options with their values, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lvsc.importers.draft import Said
from lvsc.importers.ipvsadm_options import ALONE, COMMANDS, LONG, VALUED
from lvsc.importers.ledger import Ledger, clean
from lvsc.source import Span


@dataclass(slots=True)
class Words:
    """One line: options with their values, each with its place."""

    at: Span
    command: Said[str]
    options: dict[str, Said[str]] = field(default_factory=dict)


def words_of(ledger: Ledger, file: str, number: int, line: str) -> Words | None:
    """The options of a line under their short names."""
    parts = list(_split(file, number, line))
    if parts and parts[0].value.rpartition("/")[2] == "ipvsadm":
        parts = parts[1:]
    found: Words | None = None
    options: dict[str, Said[str]] = {}
    index = 0
    while index < len(parts):
        part = parts[index]
        option = LONG.get(part.value, part.value)
        after = parts[index + 1] if index + 1 < len(parts) and not parts[index + 1].value.startswith("-") else None
        index += 1
        if option in COMMANDS and found is None:
            found = Words(Span(file, number, parts[0].at.column, number, parts[-1].at.end_column), part)
            found.command = Said(option, part.at)
            index += COMMANDS[option]
        elif option in VALUED and after is None and option != "-p":
            ledger.error(
                "wrong-value", part.at, f"`{clean(part.value, 60)}` needs a value", "write it behind the option"
            )
            return None
        elif option in VALUED:
            options[option] = after if after is not None else Said("", part.at)
            index += after is not None
        elif option in ALONE:
            options[option] = part
        else:
            message = f"`{clean(part.value, 60)}` is no option that `ipvsadm -R` takes"
            ledger.error("unknown-keyword", part.at, message, "remove it: ipvsadm stops at this line")
            return None
    if found is None:
        span = Span(file, number, 1, number, len(line) + 1)
        ledger.error("unknown-keyword", span, "this line is no command of ipvsadm", "start it with -A or -a")
        return None
    found.options = options
    return found


def _split(file: str, number: int, line: str) -> Iterator[Said[str]]:
    """Words; `-w5`, `-t10.0.0.1:80` and `--weight=5` are two."""
    for found in re.finditer(r"\S+", line):
        text, start = found[0], found.start() + 1
        cut = text.find("=") if text.startswith("--") else 2 if re.match(r"-[A-Za-z][^-\s]", text) else -1
        pieces = [(0, len(text))] if cut < 0 else [(0, cut), (cut + (text[cut] == "="), len(text))]
        for low, high in pieces:
            yield Said(text[low:high], Span(file, number, start + low, number, start + high))
