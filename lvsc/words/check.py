"""The kinds of health check."""

from __future__ import annotations

import enum
from typing import TypeAlias


class CheckKind(enum.Enum):
    """A health check of keepalived, by the key that a topology uses."""

    TCP = "tcp"
    HTTP = "http"
    HTTPS = "https"
    SMTP = "smtp"
    DNS = "dns"
    UDP = "udp"
    PING = "ping"
    SCRIPT = "script"
    FILE = "file"
    BFD = "bfd"


# What connects to nothing, and what has no pace of its own.
PORTLESS = (CheckKind.PING, CheckKind.SCRIPT, CheckKind.FILE, CheckKind.BFD)
PACELESS = (CheckKind.FILE, CheckKind.BFD)

# What a kind of check needs, by the language's keys; `urls` of http are pages, each with keys of its own.
Plain: TypeAlias = str | int | bool | tuple[str, ...]
Page: TypeAlias = tuple[tuple[str, Plain], ...]
Option: TypeAlias = tuple[tuple[str, Plain | tuple[Page, ...]], ...]


def pages(option: Option) -> tuple[dict[str, Plain], ...]:
    """The pages that an http check asks for: several, or the one that it describes itself."""
    said = dict(option)
    urls = said.get("urls")
    if urls is None:
        return ({key: value for key, value in said.items() if key not in _OF_HTTP},)  # type: ignore[misc]
    return tuple(dict(page) for page in urls)  # type: ignore[arg-type,union-attr]


# Keys of http that are no page's.
_OF_HTTP = ("urls", "protocol", "sni", "fast_recovery")
