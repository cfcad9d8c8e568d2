"""Kernel settings as a sysctl.d file, in the slash form that also names eth0.100."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit.base import HEADER, File
from lvsc.state import HostState

NAME = "sysctl"
PATH = "etc/sysctl.d/90-lvsc.conf"


def emit(host: HostState) -> Iterator[File]:
    """The settings, where there are any."""
    if host.sysctls:
        yield File(PATH, HEADER + "".join(f"{line}\n" for line in _lines(host)))


def _lines(host: HostState) -> Iterator[str]:
    """ip_forward first: writing it resets other keys (devinet.c: inet_forward_change)."""
    later = {link.name for link in host.links if link.ours}
    for path, value in host.sysctls:
        # `-`: a device that comes after this file is read gets its keys again from udev (99-systemd.rules).
        yield f"{'-' if later & set(path.split('/')) else ''}{path} = {value}"
