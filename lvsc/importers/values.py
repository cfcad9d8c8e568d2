"""Addresses, ports and words of foreign files, each a value or a finding."""

from __future__ import annotations

import socket

from lvsc.importers.ledger import Ledger, clean
from lvsc.source import Span
from lvsc.words import Address, parse_address

_BRACKETED = "[]"


def address(ledger: Ledger, text: str, at: Span) -> Address | None:
    """An address without prefix; host names are reported, never looked up."""
    found = parse_address(text.strip(_BRACKETED))
    if found is None:
        named = text[:1].isalpha() and ":" not in text
        what = "a host name: lvsc looks no names up" if named else "no address"
        message = f"`{clean(text, 60)}` is {what}"
        ledger.error("wrong-value", at, message, "write the address")
    return found


def port(ledger: Ledger, text: str, at: Span, protocol: str = "tcp") -> int | None:
    """A port number; the name of a service is what this machine knows it by, and that is said."""
    if text.isdecimal() and text.isascii() and len(text) <= 6 and int(text) <= 65535:
        return int(text)
    try:
        found = socket.getservbyname(text, protocol) if text[:1].isalpha() and text.isascii() else None
    except (OSError, ValueError):
        found = None
    if found is None:
        ledger.error("wrong-value", at, f"`{clean(text, 60)}` is no port", "write a number from 0 to 65535")
        return None
    ledger.changed(at, f"port {clean(text, 40)} is {found}, says this machine's /etc/services")
    return found


def host_and_port(text: str) -> tuple[str, str | None]:
    """`10.0.0.1:80`, `[2001:db8::1]:80`, `10.0.0.1`, `2001:db8::1`."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":") or None
    if text.count(":") > 1:
        return text, None
    host, _, rest = text.partition(":")
    return host, rest or None


def piece(at: Span, text: str, part: str) -> Span:
    """The place of a part of a word."""
    start = text.find(part)
    if start < 0 or at.end_column - at.column != len(text):
        return at
    return Span(at.file, at.line, at.column + start, at.end_line, at.column + start + len(part))
