"""The kinds of health check."""

from __future__ import annotations

import enum


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
