"""The checkers of keepalived.conf."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from lvsc.importers.draft import Check, Said
from lvsc.importers.keepalived_block import Block
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.ledger import Ledger, clean
from lvsc.source import Span
from lvsc.words import CheckKind

Option = tuple[tuple[str, Said[str | int | bool | tuple[str, ...]]], ...]
KINDS = {
    "TCP_CHECK": CheckKind.TCP,
    "HTTP_GET": CheckKind.HTTP,
    "SSL_GET": CheckKind.HTTPS,
    "SMTP_CHECK": CheckKind.SMTP,
    "DNS_CHECK": CheckKind.DNS,
    "UDP_CHECK": CheckKind.UDP,
    "PING_CHECK": CheckKind.PING,
    "MISC_CHECK": CheckKind.SCRIPT,
}
_TYPES = ("A", "AAAA", "NS", "SOA", "MX", "TXT", "CNAME")
# check_http.c, check_dns.c, check_misc.c, check_api.c of 2.2.7: tries, and milliseconds before the next.
_RETRIES = {CheckKind.DNS: 3, CheckKind.SCRIPT: 0}
_RETRY_DELAY = {CheckKind.HTTP: 3000, CheckKind.HTTPS: 3000}
DELAY_LOOP, CONNECT_TIMEOUT = 60_000, 5000
_HOUR = 3_600_000

# What topology files can hold (lvsc.topology.spec.patterns, and what the build adds).
_PATH = re.compile(r"/[!#%-\[\]-~]{0,199}")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_PROGRAM = re.compile(r"/[A-Za-z0-9_./:@%+=,-]{0,199}")
_ARGUMENT = re.compile(r"[A-Za-z0-9_./:@%+=,-]{1,200}")
_SECRET = re.compile(r"pass(w|word|wd)?\b|secret|token|api-?key|--?auth|://[^/]*:[^/]*@", re.IGNORECASE)
_LONGEST_COMMAND = 800


class Pace:
    """The times of checks, as a virtual server, a real server and a checker say them: the innermost counts."""

    _NAMES = ("delay_loop", "connect_timeout", "retry", "delay_before_retry")

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


def checks(ledger: Ledger, block: Block, pace: Pace, host: Word | None, port: Said[int] | None) -> list[Check]:
    """The checks of a real server that the language can say; its other checkers are reported."""
    found = []
    for keyword, kind in KINDS.items():
        for node in block.all(keyword):
            inner = Block(ledger, node)
            check = _check(ledger, node, kind, inner, Pace(inner, pace), host, port)
            inner.rest()
            if check is not None:
                found.append(check)
    return sorted(found, key=lambda check: (check.at.file, check.at.line, check.at.column))


def _check(
    ledger: Ledger, node: Node, kind: CheckKind, block: Block, pace: Pace, host: Word | None, own: Said[int] | None
) -> Check | None:
    reader = _OPTIONS.get(kind)
    option = reader(ledger, node, block, host) if reader is not None else ()
    asked = block.number("connect_port", 1, 65535)
    port = Said(*asked) if asked and (own is None or asked[0] != own.value) else None
    interval = pace.get("delay_loop", DELAY_LOOP, node.at)
    timeout = pace.get("connect_timeout", CONNECT_TIMEOUT, node.at)
    if kind is CheckKind.SCRIPT:
        limit = block.seconds("misc_timeout")
        timeout = Said(*limit) if limit else interval
        port = None
    if kind is CheckKind.PING:
        port = None
    waits = kind in (CheckKind.DNS,)
    delay = pace.get("delay_before_retry", interval.value if waits else _RETRY_DELAY.get(kind, 1000), node.at)
    if option is None:
        return None
    return Check(
        kind, node.at, port, _positive(ledger, interval, "delay_loop", _HOUR * 24),
        _positive(ledger, timeout, "the check's timeout", _HOUR),
        pace.get("retry", _RETRIES.get(kind, 1), node.at), Said(min(delay.value, _HOUR), delay.at), option,
    )  # fmt: skip


def _positive(ledger: Ledger, said: Said[int], what: str, longest: int) -> Said[int]:
    """At least a millisecond, at most what a topology takes."""
    value = min(max(said.value, 1), longest)
    if value != said.value:
        ledger.changed(said.at, f"{what} {said.value / 1000:g} becomes {value / 1000:g}")
    return Said(value, said.at)


def _http(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option | None:
    """One page; further pages, digests and regular expressions have no place."""
    host = block.word("virtualhost") or host
    urls = block.all("url")
    option: dict[str, Said[str | int | bool | tuple[str, ...]]] = {}
    if urls:
        page = Block(ledger, urls[0])
        host = page.word("virtualhost") or host
        path, status = page.word("path"), page.one("status_code")
        if path is not None and path.text != "/":
            if not _PATH.fullmatch(path.text):
                ledger.left_out(path.at, f"the check of path {clean(path.text, 60)}: no plain path of a page")
                return None
            option["path"] = Said(path.text, path.at)
        if status is not None:
            option.update(_status(ledger, status))
        page.rest()
    else:
        ledger.warn("wrong-value", node.at, f"`{node.keyword}` asks for no `url`", "add `url { path / }`")
    for other in urls[1:]:
        ledger.no_place(other.at, f"a second page: {other.text()}")
    if host is not None and _named(ledger, host):
        option["host"] = Said(host.text, host.at)
    return tuple(sorted(option.items()))


def _status(ledger: Ledger, node: Node) -> dict[str, Said[str | int | bool | tuple[str, ...]]]:
    words = [word.text for word in node.words]
    if words == ["200-299"]:
        return {}
    if len(words) == 1 and words[0].isdecimal() and words[0].isascii() and 100 <= int(words[0][:9]) <= 599:
        return {"status": Said(int(words[0]), node.words[0].at)}
    ledger.no_place(node.at, f"{node.text()} (any 2xx instead)")
    return {}


def _named(ledger: Ledger, word: Word) -> bool:
    if _HOST.fullmatch(word.text):
        return True
    ledger.warn("wrong-value", word.at, f"`{clean(word.text, 60)}` is no host name", "write a plain host name")
    return False


def _smtp(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option:
    helo = block.word("helo_name")
    return (("helo", Said(helo.text, helo.at)),) if helo is not None and _named(ledger, helo) else ()


def _dns(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option:
    option: dict[str, Said[str | int | bool | tuple[str, ...]]] = {}
    name, kind = block.word("name"), block.word("type")
    if name is not None and _named(ledger, name):
        option["name"] = Said(name.text, name.at)
    if kind is not None and kind.text.upper() in _TYPES:
        option["type"] = Said(kind.text.upper(), kind.at)
    elif kind is not None:
        message = f"`type {clean(kind.text, 40)}` is no record type that can be asked for"
        ledger.warn("wrong-value", kind.at, message, f"write one of: {', '.join(_TYPES)}")
    return tuple(sorted(option.items()))


def _udp(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option:
    reply = block.one("require_reply")
    if reply is not None and reply.words:
        ledger.no_place(reply.at, f"{reply.text()} (any reply counts instead)")
    return (("require_reply", Said(True, reply.at)),) if reply is not None else ()


def _script(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option | None:
    path = block.one("misc_path")
    if path is None or not path.words:
        ledger.warn("wrong-value", node.at, "MISC_CHECK names no program: `misc_path` is missing", "add `misc_path`")
        return None
    text = " ".join(word.text for word in path.words)
    if _SECRET.search(text):
        for word in path.words:
            ledger.secret(word.at)
        ledger.left_out(path.at, "a check whose command seems to hold a password: put it into a script of its own")
        return None
    try:
        command = tuple(shlex.split(text)) if len(text) <= _LONGEST_COMMAND else ()
    except ValueError:
        command = ()
    if command and _PROGRAM.fullmatch(command[0]) and all(_ARGUMENT.fullmatch(each) for each in command[1:]):
        return (("command", Said(command, path.words[0].at)),)
    ledger.left_out(path.at, f"the check `{clean(text, 80)}`: put it into a script of its own, with an absolute path")
    return None


_Reader = Callable[[Ledger, Node, Block, Word | None], Option | None]
_OPTIONS: dict[CheckKind, _Reader] = {
    CheckKind.HTTP: _http,
    CheckKind.HTTPS: _http,
    CheckKind.SMTP: _smtp,
    CheckKind.DNS: _dns,
    CheckKind.UDP: _udp,
    CheckKind.SCRIPT: _script,
}
