"""How a service answers a client."""

from __future__ import annotations

import enum


class Verdict(enum.Enum):
    """What became of the connections of one client to one service.

    BYPASS: answered, but past every director. UNMODELLED: the packet met
    something that lvsc does not follow; never said of a rehearsal.
    """

    WORKS = "works"
    PARTIAL = "partial"
    FAILS = "fails"
    BYPASS = "bypass"
    UNMODELLED = "unmodelled"
