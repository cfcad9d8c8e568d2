"""Address families and the address types of both."""

from __future__ import annotations

import enum
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Interface = IPv4Interface | IPv6Interface


class Family(enum.Enum):
    """An address family, by the version number of its protocol."""

    V4 = 4
    V6 = 6

    @property
    def bits(self) -> int:
        """The length of an address in bits."""
        return 32 if self is Family.V4 else 128


_FAMILIES = {4: Family.V4, 6: Family.V6}


def family_of(value: Address | Network | Interface) -> Family:
    """The family an address, interface address or network belongs to."""
    return _FAMILIES[value.version]


@lru_cache(maxsize=1 << 17)
def parse_address(text: str) -> Address | None:
    """An address without prefix, or None when the text is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if getattr(address, "scope_id", None) else address


def parse_interface(text: str) -> Interface | None:
    """An address with its prefix (`192.0.2.2/24`), or None when the text is none."""
    try:
        return ip_interface(text)
    except ValueError:
        return None


def parse_network(text: str) -> Network | None:
    """A network without host bits, or None when the text is none."""
    try:
        return ip_network(text)
    except ValueError:
        return None


def host_network(address: Address) -> Network:
    """The /32 or /128 that holds just this address."""
    if isinstance(address, IPv4Address):
        return IPv4Network(address)
    return IPv6Network(address)
