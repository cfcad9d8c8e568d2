"""The checks of ldirectord.cf in terms of keepalived's."""

from __future__ import annotations

import re
from typing import Protocol as Shape

from lvsc.importers.draft import Check, Said
from lvsc.importers.ledger import Ledger, clean
from lvsc.source import Span
from lvsc.words import CheckKind, Protocol

# ldirectord(8): what a service is checked as where `service` says nothing.
_BY_PORT = {21: "ftp", 25: "smtp", 53: "dns", 80: "http", 110: "pop", 119: "nntp", 143: "imap", 389: "ldap",
            443: "https", 587: "submission", 993: "imaps", 995: "pops", 3128: "http_proxy", 3306: "mysql"}  # fmt: skip
_KINDS = {"http": CheckKind.HTTP, "https": CheckKind.HTTPS, "smtp": CheckKind.SMTP, "submission": CheckKind.SMTP,
          "dns": CheckKind.DNS}  # fmt: skip
# Checks that log in or speak: without a place, so the connection alone is checked.
_SPEAKING = ("ftp", "imap", "imaps", "pop", "pops", "nntp", "ldap", "ldaps", "mysql", "pgsql", "oracle", "sip",
             "simpletcp", "http_proxy", "radius")  # fmt: skip
_INTERVAL, _TIMEOUT, _NEGOTIATE = 10, 5, 30
_PATH = re.compile(r"/[!#%-\[\]-~]{0,199}")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_LONGEST = 3600
Option = dict[str, Said[str | int | bool | tuple[str, ...]]]


class Asked(Shape):
    """The settings of a service."""

    def one(self, key: str) -> Said[str] | None:
        """The value of a key."""
        ...


def check_of(ledger: Ledger, settings: Asked, at: Span, port: Said[int], protocol: Said[Protocol]) -> Check | None:
    """The check of a service's real servers; None where there is none, or none that the language can say."""
    kind = settings.one("checktype")
    word = kind.value.lower() if kind is not None else "negotiate"
    place = kind.at if kind is not None else at
    if word in ("off", "on"):
        if word == "off":
            ledger.no_place(place, "checktype=off: all real servers stay out")
        return None
    if word.startswith("external"):
        ledger.no_place(place, f"checktype={clean(word, 40)}: a program that is given addresses")
        return None
    if word.isdecimal():
        ledger.no_place(place, f"checktype={clean(word, 10)}: connections between two negotiations")
        word = "negotiate"
    option: Option = {}
    what = CheckKind.TCP
    if word == "ping":
        what = CheckKind.PING
    elif word == "negotiate":
        what, option = _negotiated(ledger, settings, port, protocol, place)
    elif word != "connect":
        message = f"`checktype = {clean(word, 40)}` is no check that ldirectord has"
        ledger.error("wrong-value", place, message, "write negotiate, connect, ping, external, on or off")
        return None
    if what is CheckKind.TCP and protocol.value is Protocol.UDP:
        what = CheckKind.UDP
    return _paced(ledger, settings, what, option, place, port)


def _negotiated(
    ledger: Ledger, settings: Asked, port: Said[int], protocol: Said[Protocol], at: Span
) -> tuple[CheckKind, Option]:
    said = settings.one("service")
    word = said.value.lower() if said is not None else _BY_PORT.get(port.value, "none")
    place = said.at if said is not None else at
    if word in _KINDS and not (word == "dns" and protocol.value is Protocol.TCP):
        return _KINDS[word], _options(ledger, settings, word)
    if said is not None and word not in (*_SPEAKING, "dns", "none"):
        message = f"`service = {clean(word, 40)}` is none that ldirectord checks"
        ledger.warn("wrong-value", place, message, "write http, https, smtp, dns ... or `checktype = external`")
    if word != "none":
        ledger.no_place(place, f"a check that speaks {clean(word, 40)} (the connection alone is checked instead)")
    return CheckKind.TCP, {}


def _options(ledger: Ledger, settings: Asked, word: str) -> Option:
    request, host = settings.one("request"), settings.one("virtualhost")
    found: Option = {}
    if word in ("http", "https"):
        if host is not None and _HOST.fullmatch(host.value.strip('"')):
            found["host"] = Said(host.value.strip('"'), host.at)
        if request is not None:
            path = request.value.strip('"')
            path = path if path.startswith("/") else f"/{path}"
            if _PATH.fullmatch(path):
                found["path"] = Said(path, request.at)
            else:
                ledger.left_out(request.at, f"request={clean(path, 60)}: no plain path of a page (/ instead)")
    elif word == "dns" and request is not None and _HOST.fullmatch(request.value.strip('"')):
        found["name"] = Said(request.value.strip('"'), request.at)
        found["type"] = Said("A", request.at)
    return {key: value for key, value in found.items() if (key, value.value) != ("path", "/")}


def _paced(ledger: Ledger, settings: Asked, kind: CheckKind, option: Option, at: Span, own: Said[int]) -> Check:
    interval = _seconds(ledger, settings, "checkinterval", _INTERVAL, at)
    connects = kind in (CheckKind.TCP, CheckKind.UDP, CheckKind.PING)
    key, usual = ("checktimeout", _TIMEOUT) if connects else ("negotiatetimeout", _NEGOTIATE)
    timeout = _seconds(ledger, settings, key, usual, at)
    failures = _count(settings.one("failurecount"))
    retries = Said(min(100, max(0, failures.value - 1)), failures.at) if failures is not None else Said(0, at)
    port = _count(settings.one("checkport")) if kind is not CheckKind.PING else None
    if port is not None and not 1 <= port.value <= 65535:
        ledger.warn("wrong-value", port.at, f"`checkport = {port.value}` is no port", "write 1 to 65535")
        port = None
    if port is not None and port.value == own.value:
        port = None
    return Check(kind, at, port, interval, timeout, retries, interval, tuple(sorted(option.items())))


def _count(said: Said[str] | None) -> Said[int] | None:
    if said is None or not (said.value.isdecimal() and said.value.isascii()):
        return None
    return Said(int(said.value[:9]), said.at)


def _seconds(ledger: Ledger, settings: Asked, key: str, usual: int, at: Span) -> Said[int]:
    said = settings.one(key)
    if said is None:
        return Said(usual * 1000, at)
    text = said.value
    if text.isdecimal() and text.isascii() and len(text) < 10 and 1 <= int(text) <= _LONGEST:
        return Said(int(text) * 1000, said.at)
    message = f"`{key} = {clean(text, 40)}` is no number from 1 to {_LONGEST}"
    ledger.warn("wrong-value", said.at, message, "write seconds")
    return Said(usual * 1000, said.at)
