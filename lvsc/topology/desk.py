"""Where the build writes what it finds, and the small conversions that can go wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from lvsc.finding import Finding, Note, Severity, nearest
from lvsc.source import Span
from lvsc.topology.model import Origin, Segment
from lvsc.topology.ranges import RangeFault, expand
from lvsc.words import Address, parse_address

AN_ADDRESS = "write an address such as 192.0.2.10 or 2001:db8::10"
# All ranges of a topology together; enough for the names and addresses of 100000 hosts.
MAX_EXPANDED = 300_000
# A hint costs a comparison with every name there is.
_HINTS, _LOOKED_AT = 50, 2000
_DURATION = re.compile(r"([0-9.]+)(ms|s|m|h|d)")
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def listed(value: Any) -> list[Any]:
    """A value that may be written alone, as a list."""
    return value if isinstance(value, list) else [value]


def either(items: Iterable[Any]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    texts = [str(item) for item in items]
    return f"{', '.join(texts[:-1])} or {texts[-1]}" if len(texts) > 1 else "".join(texts)


class Desk:
    """Collects findings while the model is built; what is said twice of one place is kept once."""

    def __init__(self) -> None:
        self.found: dict[Finding, None] = {}
        self.names: dict[str, list[str]] = {}
        self.unsure: set[str] = set()
        self.hints = _HINTS
        self.left = MAX_EXPANDED

    @property
    def findings(self) -> list[Finding]:
        """All findings, in the order in which they were made."""
        return list(self.found)

    def say(self, rule: str, at: Span, message: str, remedy: str, notes: Iterable[Note] = ()) -> None:
        """Record an error."""
        self.found.setdefault(Finding(rule, Severity.ERROR, at, message, remedy, tuple(notes)))

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
            self.say("wrong-value", at, f"`{text}` is not an address", AN_ADDRESS)
        return address

    def addresses(self, values: Iterable[tuple[str, Span]]) -> tuple[Address, ...]:
        """Those that are addresses."""
        return tuple(found for text, at in values if (found := self.address(text, at)) is not None)

    def outside(self, addresses: list[Address], at: Span, network: Segment) -> None:
        """Say that addresses are in no subnet of a network; nothing where its subnets could not be read."""
        if network.subnets:
            more = f" and {len(addresses) - 1} more are" if len(addresses) > 1 else " is"
            message = f"{addresses[0]}{more} in no subnet of network `{network.name}`"
            version = addresses[0].version
            fitting = either(subnet for subnet in network.subnets if subnet.version == version)
            what = "addresses" if len(addresses) > 1 else "an address"
            remedy = f"choose {what} in {fitting}" if fitting else f"add an IPv{version} subnet to `{network.name}`"
            self.say("address-outside-subnet", at, message, remedy)

    def range(self, text: str, at: Span) -> list[str]:
        """The names of a range; none, and a finding, when it cannot be expanded.

        Once all ranges together are too many, that is said once.
        """
        if self.left < 0:
            return []
        try:
            names = expand(text)
        except RangeFault as fault:
            self.say("wrong-value", at, str(fault), fault.remedy)
            return []
        self.left -= len(names)
        if self.left < 0:
            message = f"`{text}` brings the names and addresses of this topology above {MAX_EXPANDED}"
            self.say("wrong-value", at, message, "split the cluster into several topologies")
            return []
        return names

    def known(self, kind: str, name: str, at: Span, among: Mapping[str, Any] | Collection[str], more: str = "") -> bool:
        """Whether the name exists; a finding that shows the names there are when it does not.

        Silent where it cannot be told, because a name of the kind could not be read.
        """
        if name in among:
            return True
        if kind in self.unsure:
            return False
        names = sorted(among) if len(among) < _LOOKED_AT else self.names.setdefault(kind, sorted(among))
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        remedy = f"known: {shown}" if names else f"define it first: this topology has no {kind} at all"
        self.hints -= 1
        hint = nearest(name, names[:_LOOKED_AT]) if self.hints >= 0 else ""
        self.say("unknown-name", at, f"there is no {kind} `{name}`{more}{hint}", remedy)
        return False

    def milliseconds(self, value: int | str) -> int:
        """A duration of the language in milliseconds."""
        if isinstance(value, int):
            return value * 1000
        match = _DURATION.fullmatch(value)
        assert match is not None
        return round(float(match[1]) * _MILLISECONDS[match[2]])
