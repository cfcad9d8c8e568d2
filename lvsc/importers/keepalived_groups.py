"""Whom a virtual_server serves: an address and port, a firewall mark, or the entries of a virtual_server_group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from lvsc.importers.draft import Said
from lvsc.importers.keepalived_block import number
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.values import address, port
from lvsc.source import Span
from lvsc.words import Address, Family, parse_network

MAX_RANGE, MAX_ENTRIES, MAX_MARK = 4096, 10_000, 4_294_967_295
_FAMILIES = {"inet": Family.V4, "inet6": Family.V6}


@dataclass(frozen=True, slots=True)
class Entry:
    """One virtual service of a block."""

    at: Span
    address: Said[Address] | None
    port: Said[int]
    mark: Said[int] | None
    family: Family | None = None
    name: str = ""


Groups = Mapping[str, Node]


def entries(ledger: Ledger, node: Node, groups: Groups) -> list[Entry]:
    """What a virtual_server stands for; none, and a finding, where that cannot be read."""
    words = node.words
    if len(words) > 1 and words[0].text == "group":
        return _of_group(ledger, node, groups)
    if not words:
        ledger.error("wrong-value", node.at, "this virtual_server names no address", "write its address and port")
        return []
    return list(_entries(ledger, words, node.at))


def _of_group(ledger: Ledger, node: Node, groups: Groups) -> list[Entry]:
    name = node.words[1]
    group = groups.get(name.text)
    if group is None:
        message = f"there is no virtual_server_group `{clean(name.text, 60)}`"
        ledger.error("unknown-name", name.at, message, "define it, or write an address")
        return []
    found: list[Entry] = []
    for line in group.block or ():
        words = [Word(line.keyword, line.at), *line.words]
        found += _entries(ledger, words, line.at, name.text)
        if len(found) > MAX_ENTRIES:
            ledger.error("not-read", line.at, f"a group of more than {MAX_ENTRIES} services", "write smaller groups")
            break
    return found


def _entries(ledger: Ledger, words: list[Word], at: Span, name: str = "") -> Iterator[Entry]:
    first = words[0]
    if first.text == "fwmark":
        if len(words) < 2:
            ledger.error("wrong-value", first.at, "`fwmark` needs a number from 1", "write the mark")
            return
        mark = number(ledger, "fwmark", words[1], 1, MAX_MARK)
        if mark is None:
            return
        family = _FAMILIES.get(words[2].text) if len(words) > 2 else None
        yield Entry(at, None, Said(0, at), Said(*mark), family, name)
        return
    own = port(ledger, words[1].text, words[1].at) if len(words) > 1 else 0
    if own is None:
        return
    for found in _addresses(ledger, first):
        yield Entry(at, Said(found, first.at), Said(own, words[1].at if len(words) > 1 else at), None, None, name)


def _addresses(ledger: Ledger, word: Word) -> list[Address]:
    """One address, or those of `10.0.0.1-20`, `10.0.0.250-10.0.1.5`, `10.0.0.8/29`."""
    low, dash, high = word.text.partition("-")
    if "/" in word.text:
        net = parse_network(word.text)
        if net is None:
            ledger.error("wrong-value", word.at, f"`{clean(word.text, 60)}` is no network", "write its first address")
            return []
        return _span(ledger, word, net[0], int(net[-1]))
    first = address(ledger, low, word.at)
    if first is None or not dash:
        return [first] if first is not None else []
    last = _end(first, high)
    if last is None:
        message = f"`{clean(word.text, 60)}` is no range of addresses"
        ledger.error("wrong-value", word.at, message, "write a range such as 10.0.0.1-20")
        return []
    return _span(ledger, word, first, last)


def _end(first: Address, text: str) -> int | None:
    """A range may end with a whole address, with its last byte, or in IPv6 with its last group."""
    base = 10 if first.version == 4 else 16
    size = 256 if first.version == 4 else 65536
    try:
        if "." in text or ":" in text:
            return int(IPv4Address(text) if first.version == 4 else IPv6Address(text))
        last = int(text, base)
    except ValueError:
        return None
    return int(first) // size * size + last if last < size else None


def _span(ledger: Ledger, word: Word, first: Address, last: int) -> list[Address]:
    if not 0 <= last - int(first) < MAX_RANGE:
        message = f"`{clean(word.text, 60)}` counts down or stands for more than {MAX_RANGE} addresses"
        ledger.error("wrong-value", word.at, message, "write smaller ranges")
        return []
    return [first + offset for offset in range(last - int(first) + 1)]
