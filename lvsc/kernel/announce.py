"""An address announced to its segment, so that neighbours forget who had it before.

RFC 5227 (ARP announcement) and RFC 4861 7.2.6 (unsolicited neighbour advertisement); the kernel sends neither for an
address that is added.
"""

from __future__ import annotations

import contextlib
import socket
import struct

from lvsc.words import Address

_EVERYBODY = b"\xff" * 6
_ALL_NODES = bytes.fromhex("333300000001")
_ARP, _IPV6 = 0x0806, 0x86DD
_OVERRIDE = 0x20000000


def announce(device: str, index: int, mac: bytes, address: Address) -> None:
    """Send the announcement from a device; that it could not be sent is no failure of the address."""
    frames = _arp(mac, address.packed) if address.version == 4 else [_advertisement(mac, address.packed)]
    with contextlib.suppress(OSError), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((device, 0))
        for frame in frames:
            wire.send(frame)


def _arp(mac: bytes, address: bytes) -> list[bytes]:
    """As request and as reply: some hosts learn only from one of them."""
    frames = []
    for operation, target in ((1, b"\0" * 6), (2, mac)):
        head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
        frames.append(_EVERYBODY + mac + struct.pack("!H", _ARP) + head + mac + address + target + address)
    return frames


def _advertisement(mac: bytes, address: bytes) -> bytes:
    nodes = socket.inet_pton(socket.AF_INET6, "ff02::1")
    body = struct.pack("!BBHI", 136, 0, 0, _OVERRIDE) + address + b"\x02\x01" + mac
    pseudo = address + nodes + struct.pack("!II", len(body), 58)
    body = body[:2] + struct.pack("!H", _checksum(pseudo + body)) + body[4:]
    packet = struct.pack("!IHBB", 6 << 28, len(body), 58, 255) + address + nodes + body
    return _ALL_NODES + mac + struct.pack("!H", _IPV6) + packet


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
