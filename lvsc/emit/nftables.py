"""Firewall marks for services of many ports, as a table of our own that replaces itself in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.emit.base import HEADER, File
from lvsc.state import HostState, MarkRule

NAME = "nftables"
PATH = "etc/lvsc/marks.nft"


def emit(host: HostState) -> Iterator[File]:
    """The table, where a service has a mark.

    IPVS takes packets in LOCAL_IN, so a mark set in prerouting is in time
    (ip_vs_core.c: ip_vs_ops4).
    """
    if host.marks:
        yield File(PATH, HEADER + table(rule_lines(host)))


def rule_lines(host: HostState) -> list[str]:
    """The rules, a line each."""
    return [rule_line(rule) for rule in host.marks]


def table(lines: Iterable[str]) -> str:
    """Input for `nft -f` that replaces the table by one with these rules, in one transaction."""
    rules = "".join(f"\t\t{line}\n" for line in lines)
    chain = f"\tchain prerouting {{\n\t\ttype filter hook prerouting priority mangle; policy accept;\n{rules}\t}}\n"
    return f"table inet lvsc\ndelete table inet lvsc\ntable inet lvsc {{\n{chain}}}\n"


def rule_line(rule: MarkRule) -> str:
    """A rule that marks."""
    family = "ip6" if rule.address.version == 6 else "ip"
    ports = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in rule.ports)
    match = "" if rule.ports == ((0, 0),) else f" {rule.protocol.value} dport {{ {ports} }}"
    protocol = f" meta l4proto {rule.protocol.value}" if not match else ""
    return f"{family} daddr {rule.address}{protocol}{match} meta mark set {rule.mark}"
