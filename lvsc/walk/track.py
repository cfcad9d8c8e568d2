"""Connection tracking and address translation (nf_conntrack_core.c, nf_conntrack_proto_tcp.c, nf_nat_core.c)."""

from __future__ import annotations

from dataclasses import dataclass

from lvsc.walk.packet import Packet, What, changed
from lvsc.walk.skb import Skb
from lvsc.words import Address

Tuple = tuple[str, Address, int, Address, int]


@dataclass(slots=True, eq=False)
class Track:
    """A tracked connection: the tuple of its first packet, and that which its replies have."""

    origin: Tuple
    answer: Tuple
    confirmed: bool = False
    replied: bool = False
    tcp_open: bool = False
    source_mapped: bool = False
    destination_mapped: bool = False


def tuple_of(packet: Packet) -> Tuple:
    """What a packet is looked up by."""
    return (packet.protocol, packet.src, packet.sport, packet.dst, packet.dport)


def turned(key: Tuple) -> Tuple:
    """The tuple of the other direction."""
    return (key[0], key[3], key[4], key[1], key[2])


class Tracker:
    """The table of one host; `loose`: a connection may be picked up in its middle."""

    def __init__(self, loose: bool) -> None:
        self._loose = loose
        self._known: dict[Tuple, tuple[Track, bool]] = {}

    def track(self, skb: Skb) -> None:
        """nf_conntrack_in(): find or begin the packet's connection, and say in what state it is."""
        if skb.untracked:
            skb.ct_state = "untracked"
            return
        packet = skb.packet
        if packet.protocol == "icmp":
            self._error(skb)
            return
        found = self._known.get(tuple_of(packet))
        if found is None:
            self._begin(skb)
            return
        skb.ct, skb.ct_reply = found
        skb.ct_state = self._state(found[0], found[1], packet)

    def _error(self, skb: Skb) -> None:
        quoted = skb.packet.inner
        found = self._known.get(tuple_of(quoted)) if quoted is not None else None
        skb.ct_state = "related" if found is not None else "invalid"
        if found is not None:
            skb.ct, skb.ct_reply = found[0], not found[1]

    def _begin(self, skb: Skb) -> None:
        packet = skb.packet
        tcp = packet.protocol == "tcp"
        if tcp and packet.what is not What.SYN and (packet.what is What.RST or not self._loose):
            skb.ct_state = "invalid"
            return
        if tcp and packet.what is What.SYN_ACK:
            skb.ct_state = "invalid"
            return
        key = tuple_of(packet)
        skb.ct = Track(key, turned(key), tcp_open=tcp and packet.what is not What.SYN)
        skb.ct_reply, skb.ct_state = False, "new"

    @staticmethod
    def _state(track: Track, reply: bool, packet: Packet) -> str:
        """tcp_conntracks: an ACK before any reply is invalid; one picked up in its middle is not."""
        if reply:
            track.replied = True
            return "established"
        if track.replied:
            return "established"
        if packet.protocol == "tcp" and packet.what is not What.SYN and not track.tcp_open:
            return "invalid"
        return "new"

    def confirm(self, skb: Skb) -> None:
        """nf_conntrack_confirm(): the packet leaves or arrives, so its connection is kept."""
        track = skb.ct
        if track is None or track.confirmed or skb.untracked or skb.ct_state == "invalid":
            return
        track.confirmed = True
        self._known[track.origin] = (track, False)
        self._known[track.answer] = (track, True)

    def expect_answer(self, track: Track, answer: Tuple) -> None:
        """Replies will have another tuple than the turned round one: IPVS or address translation changed the packet."""
        if track.confirmed and self._known.get(track.answer, (None, False))[0] is track:
            del self._known[track.answer]
        track.answer = answer
        if track.confirmed:
            self._known[answer] = (track, True)


def translate(skb: Skb, source: bool) -> bool:
    """Rewrite the source (after routing) or destination (before it) of a packet of a translated connection.

    Says whether something changed.
    """
    track, packet = skb.ct, skb.packet
    if track is None or packet.protocol == "icmp":
        return False
    if not (track.source_mapped if source is not skb.ct_reply else track.destination_mapped):
        return False
    # The packet must look as the answer to those of the other direction does.
    _, dst, dport, src, sport = track.origin if skb.ct_reply else track.answer
    if source and (packet.src, packet.sport) != (src, sport):
        skb.packet = changed(packet, src=src, sport=sport)
        return True
    if not source and (packet.dst, packet.dport) != (dst, dport):
        skb.packet = changed(packet, dst=dst, dport=dport)
        return True
    return False
