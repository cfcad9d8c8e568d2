"""What a host is in a cluster."""

from __future__ import annotations

import enum


class HostRole(enum.Enum):
    """The part a host plays."""

    DIRECTOR = "director"
    REAL_SERVER = "real server"
    ROUTER = "router"
    CLIENT = "client"
