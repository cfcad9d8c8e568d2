"""A packet inside a host, with what the host knows of it (struct sk_buff)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lvsc.walk.packet import Packet

if TYPE_CHECKING:
    from lvsc.walk.ipvs import Entry
    from lvsc.walk.track import Track


@dataclass(slots=True, eq=False)
class Skb:
    """`device` is where it came in by, None for the host's own; `mac` who sent it.

    `ipvs` is set once IPVS dealt with it (ipvs_property); `entry` its connection
    there. `ct_state`: new, established, related, invalid or untracked. `local`:
    it came in for the host itself.
    """

    packet: Packet
    device: str | None = None
    mac: str | None = None
    mark: int = 0
    untracked: bool = False
    ct: Track | None = None
    ct_state: str = "untracked"
    ct_reply: bool = False
    entry: Entry | None = None
    ipvs: bool = False
    local: bool = False
