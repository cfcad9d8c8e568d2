"""Neighbours hear at once where an address is now: the kernel itself says nothing when one is added."""

from __future__ import annotations

import contextlib
import socket
import struct
from ipaddress import IPv4Address, IPv6Address

from lvsc.words import Address

_ARP, _IPV6 = 0x0806, 0x86DD
_EVERYBODY = b"\xff" * 6
_ALL_NODES = IPv6Address("ff02::1")
_ALL_NODES_MAC = bytes.fromhex("333300000001")
_REQUEST, _REPLY = 1, 2
_ADVERTISEMENT, _TARGET_MAC, _ICMPV6 = 136, 2, 58
_OVERRIDE, _FROM_ROUTER = 0x20000000, 0x80000000


def announce(device: str, mac: str, address: Address, router: bool = False) -> None:
    """Send what makes neighbours replace a former owner's MAC address.

    That it could not be sent is no failure of the address.
    """
    frames = frames_for(bytes.fromhex(mac.replace(":", "")), address, router)
    with contextlib.suppress(OSError), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((device, 0))
        for frame in frames:
            wire.send(frame)


def frames_for(mac: bytes, address: Address, router: bool = False) -> list[bytes]:
    """Ethernet frames: an ARP request and a reply, because hosts differ in which they heed; or a neighbour's
    advertisement."""
    if isinstance(address, IPv4Address):
        return [_arp(mac, address, kind) for kind in (_REQUEST, _REPLY)]
    return [_advertisement(mac, address, router)]


def _arp(mac: bytes, address: IPv4Address, kind: int) -> bytes:
    """An ARP announcement: sender and target are the address (RFC 5227, section 3)."""
    target = b"\0" * 6 if kind == _REQUEST else mac
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, kind) + mac + address.packed + target + address.packed
    return _EVERYBODY + mac + struct.pack("!H", _ARP) + body


def _advertisement(mac: bytes, address: IPv6Address, router: bool) -> bytes:
    """An unsolicited neighbour advertisement that overrides (RFC 4861, section 4.4)."""
    flags = _OVERRIDE | (_FROM_ROUTER if router else 0)
    rest = struct.pack("!I", flags) + address.packed + struct.pack("!BB", _TARGET_MAC, 1) + mac
    length = 4 + len(rest)
    pseudo = address.packed + _ALL_NODES.packed + struct.pack("!II", length, _ICMPV6)
    sum_of = checksum(pseudo + struct.pack("!BBH", _ADVERTISEMENT, 0, 0) + rest)
    header = struct.pack("!IHBB", 6 << 28, length, _ICMPV6, 255) + address.packed + _ALL_NODES.packed
    message = struct.pack("!BBH", _ADVERTISEMENT, 0, sum_of) + rest
    return _ALL_NODES_MAC + mac + struct.pack("!H", _IPV6) + header + message


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
