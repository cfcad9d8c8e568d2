"""Where the build writes what it finds, and the small conversions that can go wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lvsc.finding import Finding, Note, Severity, nearest
from lvsc.source import Span
from lvsc.topology.model import Origin
from lvsc.topology.ranges import RangeFault, expand
from lvsc.words import Address, parse_address

_DURATION = re.compile(r"([0-9.]+)(ms|s|m|h|d)")
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def listed(value: Any) -> list[Any]:
    """A value that may be written alone, as a list."""
    return value if isinstance(value, list) else [value]


class Desk:
    """Collects findings while the model is built."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def say(self, rule: str, at: Span, message: str, remedy: str, notes: Iterable[Note] = ()) -> None:
        """Record an error."""
        self.findings.append(Finding(rule, Severity.ERROR, at, message, remedy, tuple(notes)))

    def pair(self, origin: Origin, one: str, many: str) -> list[tuple[str, Span]]:
        """The values of `address`/`addresses`, `subnet`/`subnets`, `port`/`ports`, each with its place."""
        node = origin.node
        assert node is not None
        if one in node and many in node:
            self.say("contradiction", node.key_span(one), f"`{one}` and `{many}` are both given", f"keep `{many}`")
        key = many if many in node else one
        if key not in node:
            return []
        if not isinstance(node[key], list):
            return [(node[key], origin.at(key))]
        return [(value, origin.at(key, index)) for index, value in enumerate(node[key])]

    def address(self, text: str, at: Span) -> Address | None:
        """An address, or a finding."""
        address = parse_address(text)
        if address is None:
            self.say(
                "wrong-value", at, f"`{text}` is not an address", "write an address such as 192.0.2.10 or 2001:db8::10"
            )
        return address

    def addresses(self, values: Iterable[tuple[str, Span]]) -> tuple[Address, ...]:
        """Those that are addresses."""
        return tuple(found for text, at in values if (found := self.address(text, at)) is not None)

    def range(self, text: str, at: Span) -> list[str]:
        """The names of a range; none, and a finding, when it cannot be expanded."""
        try:
            return expand(text)
        except RangeFault as fault:
            self.say("wrong-value", at, str(fault), "write a range such as web[01-40]")
            return []

    def known(self, kind: str, name: str, at: Span, among: Mapping[str, Any] | Iterable[str]) -> bool:
        """Whether the name exists; a finding that shows the names there are when it does not."""
        if name in among:
            return True
        names = sorted(among)
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        remedy = f"known: {shown}" if names else f"define it first: this topology has no {kind} at all"
        self.say("unknown-name", at, f"there is no {kind} `{name}`{nearest(name, names)}", remedy)
        return False

    def milliseconds(self, value: int | str) -> int:
        """A duration of the language in milliseconds."""
        if isinstance(value, int):
            return value * 1000
        match = _DURATION.fullmatch(value)
        assert match is not None
        return round(float(match[1]) * _MILLISECONDS[match[2]])
