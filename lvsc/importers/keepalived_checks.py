"""The checkers of keepalived.conf."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lvsc.importers.draft import Check, Option, Said
from lvsc.importers.keepalived_block import Block
from lvsc.importers.keepalived_pages import http, named
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.keepalived_upkeep import command, user
from lvsc.importers.keepalived_watch import Watched, bfd_check, file_check
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.values import address
from lvsc.source import Span
from lvsc.words import PACELESS, PORTLESS, Address, CheckKind, Plain

KINDS = {
    "TCP_CHECK": CheckKind.TCP,
    "HTTP_GET": CheckKind.HTTP,
    "SSL_GET": CheckKind.HTTPS,
    "SMTP_CHECK": CheckKind.SMTP,
    "DNS_CHECK": CheckKind.DNS,
    "UDP_CHECK": CheckKind.UDP,
    "PING_CHECK": CheckKind.PING,
    "MISC_CHECK": CheckKind.SCRIPT,
    "FILE_CHECK": CheckKind.FILE,
    "BFD_CHECK": CheckKind.BFD,
}
_TYPES = ("A", "AAAA", "NS", "SOA", "MX", "TXT", "CNAME")
# check_http.c, check_dns.c, check_misc.c, check_api.c of 2.2.7: tries, and milliseconds before the next.
_RETRIES = {CheckKind.DNS: 3, CheckKind.SCRIPT: 0}
_RETRY_DELAY = {CheckKind.HTTP: 3000, CheckKind.HTTPS: 3000}
DELAY_LOOP, CONNECT_TIMEOUT = 60_000, 5000
_LONGEST_REPLY = 255
_HOUR = 3_600_000

_HEX = re.compile(r"([0-9A-Fa-f]{2}){1,200}")
_HEX_OR_ANY = re.compile(r"([0-9A-Fa-fXx]{2}){1,200}")


@dataclass(frozen=True, slots=True)
class Around:
    """What the checks of a real server need to know of it and of the file."""

    host: Word | None
    address: Address | None
    port: Said[int] | None
    watched: Watched
    alpha: Said[bool] | None = None


class Pace:
    """The times of checks, as a virtual server, a real server and a checker say them: the innermost counts."""

    _NAMES = ("delay_loop", "connect_timeout", "retry", "delay_before_retry", "warmup")

    def __init__(self, block: Block, outer: Pace | None = None) -> None:
        self.said: dict[str, tuple[int, Span]] = dict(outer.said) if outer is not None else {}
        for name in self._NAMES:
            found = block.number(name, 0, 100) if name == "retry" else block.seconds(name)
            if found is not None:
                self.said[name] = found

    def get(self, name: str, fallback: int, at: Span) -> Said[int]:
        """A time in milliseconds, or a number of tries."""
        value, place = self.said.get(name, (fallback, at))
        return Said(value, place)


def checks(ledger: Ledger, block: Block, pace: Pace, around: Around) -> tuple[Check, ...]:
    """The checks of a real server that the language can say; its other checkers are reported."""
    found = []
    for keyword, kind in KINDS.items():
        for node in block.all(keyword):
            inner = Block(ledger, node)
            check = _check(ledger, node, kind, inner, Pace(inner, pace), around)
            inner.rest()
            if check is not None:
                found.append(check)
    found = _sessions(ledger, found)
    return tuple(sorted(found, key=lambda check: (check.at.file, check.at.line, check.at.column)))


def _sessions(ledger: Ledger, found: list[Check]) -> list[Check]:
    """keepalived takes one BFD_CHECK of a session; of one file, the language has one check."""
    kept: dict[object, Check] = {}
    for check in found:
        path = next((said.value for key, said in check.option if key == "path"), None)
        key: object = (check.kind, path) if check.kind in PACELESS else id(check)
        if key in kept:
            ledger.no_place(check.at, f"a second {check.kind.value} check of the same")
        kept.setdefault(key, check)
    return list(kept.values())


def _check(ledger: Ledger, node: Node, kind: CheckKind, block: Block, pace: Pace, around: Around) -> Check | None:
    option = _option(ledger, node, kind, block, around)
    asked = block.number("connect_port", 1, 65535) if kind not in PORTLESS else None
    own = around.port
    port = Said(*asked) if asked and (own is None or asked[0] != own.value) else None
    interval = pace.get("delay_loop", DELAY_LOOP, node.at)
    timeout = pace.get("connect_timeout", CONNECT_TIMEOUT, node.at)
    if kind is CheckKind.SCRIPT:
        limit = block.seconds("misc_timeout")
        timeout = Said(*limit) if limit else interval
    waits = kind in (CheckKind.DNS,)
    delay = pace.get("delay_before_retry", interval.value if waits else _RETRY_DELAY.get(kind, 1000), node.at)
    extra = _extra(ledger, kind, block, pace, around)
    if option is None:
        return None
    return Check(
        kind, node.at, port, _positive(ledger, interval, "delay_loop", _HOUR * 24),
        _positive(ledger, timeout, "the check's timeout", _HOUR),
        pace.get("retry", _RETRIES.get(kind, 1), node.at), Said(min(delay.value, _HOUR), delay.at), option, extra,
    )  # fmt: skip


def _option(ledger: Ledger, node: Node, kind: CheckKind, block: Block, around: Around) -> Option | None:
    if kind is CheckKind.FILE:
        return file_check(ledger, node, block, around.watched)
    if kind is CheckKind.BFD:
        return bfd_check(ledger, node, block, around.watched, around.address)
    reader = _OPTIONS.get(kind)
    return reader(ledger, node, block, around.host) if reader is not None else ()


def _extra(
    ledger: Ledger, kind: CheckKind, block: Block, pace: Pace, around: Around
) -> tuple[tuple[str, Said[str | int | bool]], ...]:
    """What few say of a check; warmup in milliseconds."""
    found: dict[str, Said[str | int | bool]] = {}
    alpha = block.has("alpha") if kind is not CheckKind.FILE else None
    if alpha is not None:
        found["alpha"] = Said(True, alpha.at)
    elif around.alpha is not None and kind is not CheckKind.FILE:
        found["alpha"] = Said(True, around.alpha.at)
    if kind not in PACELESS:
        warmup, every = pace.said.get("warmup"), block.has("log_all_failures")
        if warmup is not None:
            found["warmup"] = Said(min(warmup[0], _HOUR), warmup[1])
        if every is not None:
            found["log_all_failures"] = Said(True, every.at)
    if kind not in PACELESS and kind is not CheckKind.SCRIPT:
        _way(ledger, kind, block, around, found)
    return tuple(sorted(found.items()))


def _way(
    ledger: Ledger, kind: CheckKind, block: Block, around: Around, found: dict[str, Said[str | int | bool]]
) -> None:
    """Where a check connects, and from where."""
    for keyword, key in (("connect_ip", "address"), ("bindto", "source")):
        word = block.word(keyword)
        said = address(ledger, word.text, word.at) if word is not None else None
        if word is None or said is None:
            continue
        if around.address is not None and said.version != around.address.version:
            ledger.no_place(word.at, f"{keyword} {said}, which is not of the real server's family")
        else:
            found[key] = Said(str(said), word.at)
    from_port = block.number("bind_port", 1, 65535) if kind is not CheckKind.PING else None
    mark = block.number("fwmark", 0, 4_294_967_295)
    if from_port is not None:
        found["source_port"] = Said(*from_port)
    if mark is not None and mark[0]:
        found["mark"] = Said(*mark)


def _positive(ledger: Ledger, said: Said[int], what: str, longest: int) -> Said[int]:
    """At least a millisecond, at most what a topology takes."""
    value = min(max(said.value, 1), longest)
    if value != said.value:
        ledger.changed(said.at, f"{what} {said.value / 1000:g} becomes {value / 1000:g}")
    return Said(value, said.at)


def _smtp(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option:
    helo = block.word("helo_name")
    return (("helo", Said(helo.text, helo.at)),) if helo is not None and named(ledger, helo) else ()


def _dns(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option:
    option: dict[str, Said[Plain]] = {}
    name, kind = block.word("name"), block.word("type")
    if name is not None and named(ledger, name):
        option["name"] = Said(name.text, name.at)
    if kind is not None and kind.text.upper() in _TYPES:
        option["type"] = Said(kind.text.upper(), kind.at)
    elif kind is not None:
        message = f"`type {clean(kind.text, 40)}` is no record type that can be asked for"
        ledger.warn("wrong-value", kind.at, message, f"write one of: {', '.join(_TYPES)}")
    return tuple(sorted(option.items()))


def _udp(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option:
    option: dict[str, Said[Plain]] = {}
    payload, reply = block.one("payload"), block.one("require_reply")
    least, most = block.number("min_reply_length", 0, 65535), block.number("max_reply_length", 0, 65535)
    if payload is not None:
        option.update(_bytes(ledger, payload, "payload", _HEX))
    if reply is not None:
        option["require_reply"] = Said(True, reply.at)
        if reply.words:
            option.update(_bytes(ledger, reply, "reply", _HEX_OR_ANY))
        if least is not None and least[0] > (most[0] if most else _LONGEST_REPLY):
            ledger.warn("contradiction", least[1], "`min_reply_length` is above the maximum", "write a smaller one")
            least = None
        for key, said in (("min_length", least), ("max_length", most)):
            if said is not None:
                option[key] = Said(*said)
    elif least is not None or most is not None:
        at = (least or most or (0, node.at))[1]
        ledger.left_out(at, "the length of a reply that the check does not wait for")
    return tuple(sorted(option.items()))


def _bytes(ledger: Ledger, node: Node, key: str, pattern: re.Pattern[str]) -> dict[str, Said[Plain]]:
    text = "".join(word.text for word in node.words)
    if node.words and pattern.fullmatch(text):
        return {key: Said(text, node.words[0].at)}
    ledger.no_place(node.at, f"{node.text()}: no whole bytes")
    return {}


def _script(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option | None:
    path, runs = block.one("misc_path"), block.one("user")
    if path is None or not path.words:
        ledger.warn("wrong-value", node.at, "MISC_CHECK names no program: `misc_path` is missing", "add `misc_path`")
        return None
    words = command(ledger, path.words, " ".join(word.text for word in path.words))
    if words is None:
        return None
    option: dict[str, Said[Plain]] = {"command": Said(words, path.words[0].at)}
    name = user(ledger, runs.words) if runs is not None else None
    if runs is not None and name is not None:
        option["user"] = Said(name, runs.words[0].at)
    return tuple(sorted(option.items()))


_Reader = Callable[[Ledger, Node, Block, Word | None], Option | None]
_OPTIONS: dict[CheckKind, _Reader] = {
    CheckKind.HTTP: http,
    CheckKind.HTTPS: http,
    CheckKind.SMTP: _smtp,
    CheckKind.DNS: _dns,
    CheckKind.UDP: _udp,
    CheckKind.SCRIPT: _script,
}
