"""The transport protocols that IPVS balances."""

from __future__ import annotations

import enum


class Protocol(enum.Enum):
    """A transport protocol."""

    TCP = "tcp"
    UDP = "udp"
    SCTP = "sctp"
