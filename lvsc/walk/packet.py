"""A packet, as much of it as decides where it goes."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lvsc.words import Address

if TYPE_CHECKING:
    from lvsc.walk.talk import Talk

TTL = 64
HEADERS = {4: 40, 6: 60}
IP_HEADER = {4: 20, 6: 40}


class What(enum.Enum):
    """What a packet is for its connection."""

    SYN = "SYN"
    SYN_ACK = "SYN-ACK"
    ACK = "ACK"
    DATA = "data"
    RST = "RST"
    DATAGRAM = "datagram"
    ERROR = "ICMP error"
    TUNNELLED = "tunnelled"


class Icmp(enum.Enum):
    """The kinds of ICMP and ICMPv6 messages that decide something."""

    NET_UNREACHABLE = "network unreachable"
    HOST_UNREACHABLE = "host unreachable"
    PORT_UNREACHABLE = "port unreachable"
    PROHIBITED = "administratively prohibited"
    TOO_BIG = "fragmentation needed"
    TIME_EXCEEDED = "time exceeded"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Packet:
    """`size` is the length of the IP packet in bytes; `inner` what a tunnel carries or an ICMP error quotes.

    `protocol` is tcp, udp, sctp, icmp, or that of a tunnel: ipip (4), ipv6 (41), gre (47).
    `talk` is the connection of the client's that the packet came of.
    """

    src: Address
    dst: Address
    protocol: str
    what: What
    talk: Talk
    sport: int = 0
    dport: int = 0
    size: int = 60
    df: bool = True
    ttl: int = TTL
    mss: int = 0
    inner: Packet | None = None
    icmp: Icmp | None = None
    mtu: int = 0
    gateway: Address | None = None
    reply: bool = False
    gue: str = ""

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.dst.version

    @property
    def in_pieces(self) -> bool:
        """Whether it stands for the fragments of a datagram."""
        return self.protocol == "udp" and not self.df

    def __str__(self) -> str:
        if self.icmp is not None:
            return f"ICMP {self.icmp.value} {self.src} > {self.dst}"
        if self.inner is not None:
            return f"{self.protocol} {self.src} > {self.dst} ({self.inner})"
        return f"{self.what.value} {_end(self.src, self.sport)} > {_end(self.dst, self.dport)}"


def _end(address: Address, port: int) -> str:
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def answer_to(packet: Packet, what: What, size: int, mss: int = 0) -> Packet:
    """A packet of the other end: addresses and ports turned round."""
    return Packet(
        packet.dst,
        packet.src,
        packet.protocol,
        what,
        packet.talk,
        packet.dport,
        packet.sport,
        size,
        mss=mss,
        reply=True,
    )


def changed(packet: Packet, **what: object) -> Packet:
    """The packet with some fields changed."""
    return replace(packet, **what)  # type: ignore[arg-type]
