"""The network part of what a host holds."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from lvsc.words import Address, Family, Interface, Network, Protocol


class LinkKind(enum.Enum):
    """What kind of device a link is, by the kernel's name where it has one."""

    ETHERNET = "ethernet"
    LOOPBACK = "loopback"
    DUMMY = "dummy"
    IPIP = "ipip"
    SIT = "sit"
    IP6TNL = "ip6tnl"
    GRE = "gre"
    IP6GRE = "ip6gre"
    FOU = "fou"


@dataclass(frozen=True, slots=True)
class Link:
    """A network device.

    `segment` is the network an ethernet device is plugged into; `local` the
    outer address of a tunnel device, whose remote end is any. FOU is no
    device but a receiver: it opens GUE on UDP port `port` and hands what is
    inside to the other tunnel devices. `ours`: lvsc creates it.
    """

    name: str
    kind: LinkKind
    segment: str | None = None
    mtu: int = 1500
    local: Address | None = None
    port: int | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An address on a device; `quiet` keeps IPv6 from using or probing it (deprecated, no DAD).

    `address` comes with its prefix, `ip` is the same without.
    """

    device: str
    address: Interface
    quiet: bool = False
    ours: bool = False
    ip: Address = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ip", self.address.ip)


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the main table."""

    to: Network
    via: Address | None
    device: str | None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class MarkRule:
    """Packets to these ports of this address get this firewall mark."""

    mark: int
    address: Address
    protocol: Protocol
    ports: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class VrrpInstance:
    """A VRRP instance (RFC 9568) of one family; `addresses` come with the device that carries them.

    Instances of one `group` move together.
    """

    name: str
    group: str
    family: Family
    device: str
    router_id: int
    priority: int
    advert_interval: int
    preempt: bool
    addresses: tuple[tuple[Interface, str], ...]
    source: Address | None = None
    peers: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncDaemon:
    """The connection sync daemon, in the role that a VRRP instance has."""

    device: str
    instance: str
    id: int
