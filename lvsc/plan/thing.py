"""What lvsc owns on a host, as a flat table: every thing has a key and a value of plain words.

A host is `dict[Key, Value]`; `kind`, the last part of a key, keeps keys of two
kinds apart. What is to be done is the difference of two such tables, its undo
is the same difference the other way round, and a check is one comparison.
Values are what the kernel holds, without loss: also what no topology can say
(an unknown scheduler, a persistence engine).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Setting(NamedTuple):
    """A kernel setting, by its path below /proc/sys (`net/ipv4/ip_forward`)."""

    path: str
    kind: str = "setting"


class SettingValue(NamedTuple):
    """Its number."""

    number: int


class Device(NamedTuple):
    """A dummy or tunnel device that lvsc makes; the receiver of GUE (`fou`) is one by the name lvsc gives it."""

    name: str
    kind: str = "device"


class DeviceValue(NamedTuple):
    """`kind` as in state.LinkKind; `local` is empty for any, `port` 0 where there is none; `mode` of an ip6tnl."""

    kind: str
    mtu: int
    local: str = ""
    port: int = 0
    mode: str = ""


class Address(NamedTuple):
    """An address with its prefix, on a device."""

    device: str
    address: str
    kind: str = "address"


class AddressValue(NamedTuple):
    """`quiet`: IPv6 neither probes it for duplicates nor uses it as a source (nodad, preferred_lft 0)."""

    quiet: bool = False


class RouteTo(NamedTuple):
    """A route, by what the kernel tells routes apart: destination, table and metric."""

    to: str
    table: int
    metric: int
    kind: str = "route"


class RouteValue(NamedTuple):
    """`via` and `device` are empty where the route has none; `protocol` is who made it (RTPROT_*, 4 is static)."""

    via: str = ""
    device: str = ""
    protocol: int = 4


class Marks(NamedTuple):
    """The nftables table that sets firewall marks: its family and name."""

    family: str = "inet"
    table: str = "lvsc"
    kind: str = "marks"


class MarksValue(NamedTuple):
    """Its rules, one line each, as lvsc writes them; a rule that lvsc would not write, as nft shows it."""

    rules: tuple[str, ...]


class Service(NamedTuple):
    """A virtual service as the kernel knows it: a mark and a family, or protocol, address and port.

    `protocol` is tcp, udp, sctp, a number in words for another, empty for a
    mark; `address` canonical text, empty for a mark.
    """

    family: int
    protocol: str
    address: str
    port: int
    mark: int = 0
    kind: str = "service"

    def __str__(self) -> str:
        if self.mark:
            return f"mark {self.mark}" + (" (IPv6)" if self.family == 6 else "")
        host = f"[{self.address}]" if self.family == 6 else self.address
        return f"{host}:{self.port}/{self.protocol}"


class ServiceValue(NamedTuple):
    """How it schedules.

    `flags` are IP_VS_SVC_F_* of include/uapi/linux/ip_vs.h without HASHED;
    `timeout` of the persistence in seconds, 0 where PERSISTENT is not set;
    `netmask` its prefix length; `engine` of the persistence, or empty.
    """

    scheduler: str
    flags: int
    timeout: int
    netmask: int
    engine: str = ""


class Server(NamedTuple):
    """A real server of a virtual service."""

    service: Service
    address: str
    port: int
    kind: str = "server"

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class ServerValue(NamedTuple):
    """How it is used: `method` nat, dr, tun, or the kernel's number in words; `tunnel` ipip, gue or gre."""

    method: str
    weight: int
    upper: int = 0
    lower: int = 0
    tunnel: str = "ipip"
    tunnel_port: int = 0
    tunnel_flags: int = 0


class Timeouts(NamedTuple):
    """The timeouts of the IPVS table (ipvsadm --set); a host has one set."""

    kind: str = "timeouts"


class TimeoutsValue(NamedTuple):
    """Seconds."""

    tcp: int
    tcp_fin: int
    udp: int


class Sync(NamedTuple):
    """A connection sync daemon of the kernel: master or backup."""

    role: str
    kind: str = "sync"


class SyncValue(NamedTuple):
    """Its device and number."""

    device: str
    id: int


class File(NamedTuple):
    """A file of the host, by its path from the root, without the slash (`etc/keepalived/keepalived.conf`)."""

    path: str
    kind: str = "file"


class FileValue(NamedTuple):
    """SHA-256 of its bytes and its mode; or, for a symbolic link, where it leads."""

    digest: str = ""
    mode: int = 0o644
    link: str = ""


Key = Setting | Device | Address | RouteTo | Marks | Service | Server | Timeouts | Sync | File
Value = (
    SettingValue
    | DeviceValue
    | AddressValue
    | RouteValue
    | MarksValue
    | ServiceValue
    | ServerValue
    | TimeoutsValue
    | SyncValue
    | FileValue
)
Things = Mapping[Key, Value]

KINDS: dict[str, tuple[Any, Any]] = {
    "setting": (Setting, SettingValue),
    "device": (Device, DeviceValue),
    "address": (Address, AddressValue),
    "route": (RouteTo, RouteValue),
    "marks": (Marks, MarksValue),
    "service": (Service, ServiceValue),
    "server": (Server, ServerValue),
    "timeouts": (Timeouts, TimeoutsValue),
    "sync": (Sync, SyncValue),
    "file": (File, FileValue),
}


class Change(NamedTuple):
    """One thing from one value to another; None where it is absent. Its undo is the same, turned round."""

    key: Key
    before: Value | None
    after: Value | None

    @property
    def undo(self) -> Change:
        """The change that takes this one back."""
        return Change(self.key, self.after, self.before)


def service_of(key: Key) -> Key:
    """The service that a real server is of; any other thing itself."""
    return key.service if isinstance(key, Server) else key


def things_json(things: Things) -> list[list[Any]]:
    """A table as JSON: a list of [key, value], in the table's order; a key ends with its kind."""
    return [[list(key), list(value)] for key, value in things.items()]


def things_from_json(document: list[list[Any]]) -> dict[Key, Value]:
    """What `things_json` wrote."""
    return {key_from_json(key): value_from_json(key[-1], value) for key, value in document}


def key_from_json(key: list[Any]) -> Any:
    """A key that was written as a list; its kind is the last part."""
    return KINDS[key[-1]][0](*(Service(*part) if isinstance(part, list) else part for part in key))


def value_from_json(kind: str, value: list[Any] | None) -> Any:
    """A value of a kind of thing; None stays None."""
    if value is None:
        return None
    return KINDS[kind][1](*(tuple(part) if isinstance(part, list) else part for part in value))
