"""Kernel settings as a sysctl.d file, in the slash form that also names eth0.100."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit.base import HEADER, File
from lvsc.state import HostState

NAME = "sysctl"
PATH = "etc/sysctl.d/90-lvsc.conf"
# Writing one of these resets others (devinet.c: inet_forward_change; addrconf.c: addrconf_fixup_forwarding).
_RESET = ("net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding", "net/ipv6/conf/all/forwarding")


def emit(host: HostState) -> Iterator[File]:
    """The settings, where there are any."""
    if host.sysctls:
        yield File(PATH, HEADER + "".join(f"{line}\n" for line in _lines(host)))


def _lines(host: HostState) -> Iterator[str]:
    """What resets other keys comes first."""
    later = {link.name for link in host.links if link.ours}
    for path, value in sorted(host.sysctls, key=lambda item: (_rank(item[0]), item[0])):
        # `-`: a device that comes after this file is read gets its keys again from udev (99-systemd.rules).
        yield f"{'-' if later & set(path.split('/')) else ''}{path} = {value}"


def _rank(path: str) -> int:
    return _RESET.index(path) if path in _RESET else len(_RESET)
