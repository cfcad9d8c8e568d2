"""Switches off what a network card does for the host, so that packets are as long as on a wire."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import socket
import struct

from lvsc.lab.guest import netns

# include/uapi/linux/ethtool.h: ETHTOOL_STXCSUM, _SSG, _STSO, _SGSO, _SGRO; sockios.h: SIOCETHTOOL
_COMMANDS = (0x17, 0x19, 0x1F, 0x24, 0x2C)
_SIOCETHTOOL = 0x8946


def switch_off(host: str, devices: list[str]) -> None:
    """Every device of a host sends and receives single packets with checksums."""
    with netns.inside(host), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for device in devices:
            for command in _COMMANDS:
                value = ctypes.create_string_buffer(struct.pack("=II", command, 0))
                request = struct.pack("16sP16x", device.encode(), ctypes.addressof(value))
                with contextlib.suppress(OSError):
                    fcntl.ioctl(control, _SIOCETHTOOL, request)
