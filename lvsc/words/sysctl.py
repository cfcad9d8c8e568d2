"""Names of kernel settings."""

from __future__ import annotations

_SWAP = str.maketrans("./", "/.")


def sysctl_path(key: str) -> str:
    """The key as a path below /proc/sys: `net/ipv4/conf/eth0.100/rp_filter`.

    As in sysctl.d(5), the first separator decides: after a dot, a slash
    stands for a dot in a name (`net.ipv4.conf.eth0/100.rp_filter`).
    """
    first = next((char for char in key if char in "./"), "/")
    return key.translate(_SWAP) if first == "." else key


def sysctl_name(path: str) -> str:
    """The usual dotted spelling of a path."""
    return path.translate(_SWAP)
