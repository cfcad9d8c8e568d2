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
    BRIDGE = "bridge"
    VLAN = "vlan"
    MACVLAN = "macvlan"


@dataclass(frozen=True, slots=True)
class Link:
    """A network device.

    `segment` is the network an ethernet device is plugged into; `local` the
    outer address of a tunnel device, `remote` its other end, both None for
    any; `mode` what an ip6tnl takes: any, ipip6 or ip6ip6. `parent` is the
    device below a vlan (with number `vlan`) or macvlan, `master` the bridge
    that a device is a port of. FOU is no device but a receiver: it opens GUE
    on UDP port `port` and hands what is inside to the other tunnel devices.
    `mac` is None where it does not matter. `ours`: lvsc creates it.
    """

    name: str
    kind: LinkKind
    segment: str | None = None
    mtu: int = 1500
    local: Address | None = None
    port: int | None = None
    ours: bool = False
    up: bool = True
    remote: Address | None = None
    mode: str | None = None
    parent: str | None = None
    master: str | None = None
    vlan: int | None = None
    mac: str | None = None


class Scope(enum.Enum):
    """How far an IPv4 address is known (ip-address(8))."""

    GLOBAL = "global"
    LINK = "link"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Held:
    """An address on a device; `quiet` keeps IPv6 from using or probing it (deprecated, no DAD).

    `address` comes with its prefix, `ip` is the same without. `dad`: IPv6
    looks for a duplicate before it uses the address (RFC 4862).
    """

    device: str
    address: Interface
    quiet: bool = False
    ours: bool = False
    scope: Scope = Scope.GLOBAL
    dad: bool = False
    ip: Address = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ip", self.address.ip)


class RouteKind(enum.Enum):
    """What a route does with a packet (ip-route(8))."""

    UNICAST = "unicast"
    LOCAL = "local"
    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"


MAIN_TABLE, LOCAL_TABLE = 254, 255


@dataclass(frozen=True, slots=True)
class Route:
    """A route; table 254 is the main one. `mtu` and `advmss` are 0 where the device decides."""

    to: Network
    via: Address | None
    device: str | None
    ours: bool = False
    kind: RouteKind = RouteKind.UNICAST
    table: int = MAIN_TABLE
    metric: int = 0
    source: Address | None = None
    mtu: int = 0
    advmss: int = 0
    onlink: bool = False

    @property
    def place(self) -> int:
        """The table it goes to: as `ip route` has it, local ones to that of local addresses, unless one is named."""
        return LOCAL_TABLE if self.kind is RouteKind.LOCAL and self.table == MAIN_TABLE else self.table


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """A rule that chooses a routing table (ip-rule(8)); None matches everything.

    Beside those stated every host has 0: local, 32766: main, 32767: default.
    """

    priority: int
    family: Family
    table: int = MAIN_TABLE
    kind: RouteKind = RouteKind.UNICAST
    source: Network | None = None
    to: Network | None = None
    mark: int | None = None
    mask: int = 0xFFFFFFFF
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A neighbour known beforehand and for good (`ip neigh replace ... nud permanent`)."""

    device: str
    address: Address
    mac: str


@dataclass(frozen=True, slots=True)
class Listener:
    """An application that answers on a port; address None is every address of its host, `family` None both."""

    protocol: Protocol
    address: Address | None
    port: int
    family: Family | None = None


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
    """The connection sync daemon, in the role that a VRRP instance has, or in the stated one (master, backup, both)."""

    device: str
    instance: str
    id: int
    role: str | None = None
