"""The lines of our nftables table as the marks of HostState."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lvsc.state import MarkRule
from lvsc.words import Protocol, parse_address

_LINE = re.compile(
    r"ip6? daddr (?P<address>\S+)(?: meta l4proto (?P<any>\w+)| (?P<protocol>\w+) dport \{ (?P<ports>[\d, -]+) \})"
    r" meta mark set (?P<mark>\d+)"
)


def mark_rules(lines: Iterable[str]) -> tuple[tuple[MarkRule, ...], tuple[str, ...]]:
    """The rules that lvsc writes, and the lines that it would not write."""
    rules, strange = [], []
    for line in lines:
        found = _LINE.fullmatch(line)
        address = parse_address(found["address"]) if found else None
        if found is None or address is None:
            strange.append(f"nftables table inet lvsc has a rule of somebody else: {line}")
            continue
        ports = tuple(_range(each) for each in found["ports"].split(", ")) if found["ports"] else ((0, 0),)
        protocol = Protocol(found["any"] or found["protocol"])
        rules.append(MarkRule(int(found["mark"]), address, protocol, ports))
    return tuple(rules), tuple(strange)


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)
