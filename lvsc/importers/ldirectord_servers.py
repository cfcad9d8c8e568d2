"""virtual= and real= of ldirectord.cf."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lvsc.importers.draft import Said, Server
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.values import address, host_and_port, port
from lvsc.source import Span
from lvsc.words import Address, ForwardingMethod, Protocol

MAX_RANGE, MAX_MARK, MAX_WEIGHT = 4096, 4_294_967_295, 65_535
_METHODS = {"gate": ForwardingMethod.DR, "masq": ForwardingMethod.NAT, "ipip": ForwardingMethod.TUN}
_WORD = re.compile(r'"[^"]*"|[^\s",]+')
Where = tuple[Said[Address] | None, Said[int], Said[int] | None, Said[Protocol]]


def virtual(ledger: Ledger, said: Said[str], stated: Said[str] | None) -> Where | None:
    """Address, port, mark and protocol of `virtual = 192.0.2.100:80` or `virtual = 1`."""
    text = said.value
    if text.isdecimal() and text.isascii():
        if not 1 <= int(text[:11]) <= MAX_MARK:
            ledger.error("wrong-value", said.at, f"`{clean(text, 40)}` is no firewall mark", "write a number from 1")
            return None
        return None, Said(0, said.at), Said(int(text), said.at), Said(Protocol.TCP, said.at)
    protocol = _protocol(ledger, said, stated)
    host, own = host_and_port(text)
    found = address(ledger, host, said.at)
    number = port(ledger, own, said.at, protocol.value.value) if own is not None else 0
    if found is None or number is None:
        return None
    return Said(found, said.at), Said(number, said.at), None, protocol


def _protocol(ledger: Ledger, said: Said[str], stated: Said[str] | None) -> Said[Protocol]:
    """tcp where nothing is said."""
    if stated is None:
        return Said(Protocol.TCP, said.at)
    if stated.value.upper() in Protocol.__members__:
        return Said(Protocol[stated.value.upper()], stated.at)
    message = f"`protocol = {clean(stated.value, 40)}` with an address"
    ledger.error("wrong-value", stated.at, message, "write tcp or udp; fwm is for `virtual = NUMBER`")
    return Said(Protocol.TCP, stated.at)


def real_servers(ledger: Ledger, values: Iterable[Said[str]]) -> Iterator[Server]:
    """`10.0.0.1->10.0.0.5:80 gate 5 "request", "receive"`: one real server for each address."""
    for said in values:
        words = [Said(each[0], _at(said.at, each)) for each in _WORD.finditer(said.value)]
        if not words:
            ledger.error("wrong-value", said.at, "this names no real server", "write its address")
            continue
        yield from _servers(ledger, words)


def _servers(ledger: Ledger, words: list[Said[str]]) -> Iterator[Server]:
    first, _, last = words[0].value.partition("->")
    own: Said[int] | None = None
    for text in (first, last):
        _, number = host_and_port(text)
        value = port(ledger, number, words[0].at) if number is not None else None
        own = Said(value, words[0].at) if value else own
    method, weight = _method(ledger, words), _weight(ledger, words)
    for quoted in words[3 if weight is not None else 2 :]:
        if quoted.value.startswith('"'):
            ledger.no_place(quoted.at, "a request or answer of one real server")
    for found in _addresses(ledger, words[0], host_and_port(first)[0], host_and_port(last)[0]):
        yield Server(found, own, words[0].at, method, weight=weight)


def _method(ledger: Ledger, words: list[Said[str]]) -> Said[ForwardingMethod]:
    """masq where nothing is said."""
    if len(words) > 1 and words[1].value in _METHODS:
        return Said(_METHODS[words[1].value], words[1].at)
    if len(words) > 1:
        message = f"`{clean(words[1].value, 40)}` is no forwarding method"
        ledger.error("wrong-value", words[1].at, message, "write gate, masq or ipip")
    return Said(ForwardingMethod.NAT, words[0].at)


def _weight(ledger: Ledger, words: list[Said[str]]) -> Said[int] | None:
    """`gate 5`; sites also write `gate -w 5`, which ldirectord refuses."""
    rest = words[2:]
    if rest and rest[0].value == "-w":
        ledger.error("wrong-value", rest[0].at, "`-w` does not belong here", "write the weight alone: `gate 5`")
        rest = rest[1:]
    if not rest or rest[0].value.startswith('"'):
        return None
    text = rest[0].value
    if text.isdecimal() and text.isascii() and int(text[:11]) <= MAX_WEIGHT:
        return Said(int(text), rest[0].at)
    message = f"`{clean(text, 40)}` is no weight from 0 to {MAX_WEIGHT}"
    ledger.error("wrong-value", rest[0].at, message, "write a number")
    return None


def _addresses(ledger: Ledger, said: Said[str], low: str, high: str) -> list[Address]:
    """One address, or those from one to another, which differ in their last number."""
    first = address(ledger, low, said.at)
    if first is None or not high:
        return [first] if first is not None else []
    if first.version == 4 and high.isdecimal():
        high = f"{low.rpartition('.')[0]}.{high}"
    last = address(ledger, high, said.at)
    if last is None:
        return []
    count = int(last) - int(first) if isinstance(last, type(first)) else -1
    if not 0 <= count < MAX_RANGE:
        message = f"`{clean(said.value, 60)}` counts down or stands for more than {MAX_RANGE} addresses"
        ledger.error("wrong-value", said.at, message, "write smaller ranges")
        return []
    return [first + offset for offset in range(count + 1)]


def _at(at: Span, found: re.Match[str]) -> Span:
    return Span(at.file, at.line, at.column + found.start(), at.line, at.column + found.end())
