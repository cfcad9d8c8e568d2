"""What happens on a host between two asks."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
from typing import Any

from lvsc.lab.guest import netns
from lvsc.lab.guest.neighbours import forget
from lvsc.lab.guest.reactor import Reactor

_BROADCAST = b"\xff" * 6
_ETH_P_ARP, _ETH_P_IP = 0x0806, 0x0800
_ALL_NODES, _ADVERTISEMENT, _OVERRIDE, _TARGET_LINK = "ff02::1", 136, 1 << 29, 2


class DeedError(Exception):
    """A deed could not be done: which, on which host, and what the tool said."""


def do(reactor: Reactor, deed: dict[str, Any]) -> None:
    """Do it; applications are served while it waits."""
    kind, host, device, address = deed["deed"], deed["host"], deed["device"], deed["address"]
    if kind == "wait":
        reactor.run(lambda: False, deed["seconds"])
    elif kind == "forget neighbours":
        forget(host)
    elif kind == "announce address":
        announce(host, device, address.partition("/")[0])
    else:
        verb = "add" if kind == "add address" else "del"
        nodad = ["nodad"] if verb == "add" and ":" in address else []
        code, said = netns.run(host, ["ip", "address", verb, address, "dev", device, *nodad])
        if code:
            raise DeedError(f"ip address {verb} {address} dev {device} on {host} ended with {code}: {said.strip()}")


def announce(host: str, device: str, address: str) -> None:
    """Tell all neighbours who has the address: gratuitous ARP (RFC 5227) or an unsolicited advertisement (RFC 4861)."""
    with netns.inside(host):
        if ":" in address:
            _advertise(device, address)
        else:
            _gratuitous(device, address)


def _gratuitous(device: str, address: str) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ARP)) as link:
        link.bind((device, _ETH_P_ARP))
        mac, own = link.getsockname()[4], socket.inet_aton(address)
        message = struct.pack(">HHBBH6s4s6s4s", 1, _ETH_P_IP, 6, 4, 1, mac, own, _BROADCAST, own)
        link.sendto(message, (device, _ETH_P_ARP, 0, 0, _BROADCAST))


def _advertise(device: str, address: str) -> None:
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as link,
        socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as out,
    ):
        link.bind((device, 0))
        mac, own = link.getsockname()[4], ipaddress.IPv6Address(address).packed
        out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        with contextlib.suppress(OSError):
            out.bind((address, 0))
        message = struct.pack(">BBHI16sBB6s", _ADVERTISEMENT, 0, 0, _OVERRIDE, own, _TARGET_LINK, 1, mac)
        out.sendto(message, (_ALL_NODES, 0, 0, socket.if_nametoindex(device)))
