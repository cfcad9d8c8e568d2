"""What a host shall hold, as things, and the bytes of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lvsc.emit import keepalived, modules, networkd, nftables, sysctl
from lvsc.emit.base import HEADER, Emitter
from lvsc.plan.thing import (
    Address,
    AddressValue,
    Device,
    DeviceValue,
    File,
    FileValue,
    Key,
    Marks,
    MarksValue,
    RouteTo,
    RouteValue,
    Server,
    ServerValue,
    Service,
    ServiceValue,
    Setting,
    SettingValue,
    Things,
    Value,
    service_of,
)
from lvsc.state import Destination, Held, HostState, Link, Route, VirtualService
from lvsc.words import SchedulerFlag

# The other emitters' files serve hosts without `lvsc apply`; here `lvsc boot` loads what they would.
_EMITTERS: tuple[Emitter, ...] = (keepalived, sysctl, modules, networkd)
KEEPALIVED = File(keepalived.PATH)
_BOOT_UNIT = File("etc/systemd/system/lvsc-boot.service")
_ENABLED = File("etc/systemd/system/multi-user.target.wants/lvsc-boot.service")

# include/uapi/linux/ip_vs.h: IP_VS_SVC_F_*
PERSISTENT, ONE_PACKET = 0x1, 0x4
SCHEDULER_FLAGS = {SchedulerFlag.FALLBACK: 0x8, SchedulerFlag.PORT: 0x10}

_UNIT = """[Unit]
Description=Load what lvsc has committed; take back what an interrupted apply left
Wants=network-online.target
After=network-online.target systemd-modules-load.service systemd-sysctl.service nftables.service
Before=keepalived.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={program} boot

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a host shall hold.

    `table` is the IPVS table that keepalived will make of its file, for reading
    back; empty where the table is ours and so among the things. `contents` are
    the bytes of the files by their SHA-256; `names` what the topology calls
    services and real servers; `modules` those that the kernel needs, in order;
    `floating` the addresses that VRRP gives to one director at a time.
    """

    host: str
    things: Things
    table: Things
    contents: Mapping[str, bytes]
    names: Mapping[Key, str]
    modules: tuple[str, ...] = ()
    floating: tuple[str, ...] = ()

    @property
    def keepalived(self) -> bool:
        """Whether keepalived owns the table."""
        return KEEPALIVED in self.things

    def of_daemon(self, key: Key) -> bool:
        """Whether keepalived holds it: an entry of its table, or an address that it moves."""
        if isinstance(key, Address):
            return key.address.split("/")[0] in self.floating
        return service_of(key) in self.table


def wanted(host: HostState, program: str) -> Wanted:
    """What `apply` puts on a host; `program` is the path of lvsc there, for the unit that runs at boot."""
    files, contents = _files(host, program)
    table = dict(_table(host))
    things = {**held(host, ours=True), **({} if host.keepalived else table), **files}
    return Wanted(
        host=host.name,
        things=things,
        table=table if host.keepalived else {},
        contents=contents,
        names=_names(host),
        modules=tuple(modules.needed(host)),
        floating=tuple(str(address.ip) for instance in host.vrrp for address, _ in instance.addresses),
    )


def quieted(things: Things, drained: Collection[str]) -> dict[Key, Value]:
    """The same without new connections to real servers that an operator took out, by their addresses."""
    return {
        key: value._replace(weight=0)
        if isinstance(key, Server) and isinstance(value, ServerValue) and key.address in drained
        else value
        for key, value in things.items()
    }


def _names(host: HostState) -> dict[Key, str]:
    found: dict[Key, str] = {}
    for service in host.ipvs:
        key = service_key(service)
        found[key] = service.name
        found.update((Server(key, str(each.address), each.port), each.name) for each in service.destinations)
    return found


def held(host: HostState, ours: bool) -> dict[Key, Value]:
    """Settings, devices, addresses, routes and marks of a host; only what lvsc puts there, or all."""
    found: dict[Key, Value] = {Setting(path): SettingValue(number) for path, number in host.sysctls}
    found.update(_device(link) for link in host.links if link.ours or not ours)
    found.update(_address(each) for each in host.addresses if each.ours or not ours)
    found.update(_route(host, each) for each in host.routes if each.ours or not ours)
    if host.marks:
        found[Marks()] = MarksValue(tuple(nftables.rule_lines(host)))
    return found


def live_things(host: HostState) -> dict[Key, Value]:
    """All that a recorded host holds."""
    return {**held(host, ours=False), **dict(_table(host))}


def _device(link: Link) -> tuple[Key, Value]:
    local = str(link.local) if link.local else ""
    return Device(link.name), DeviceValue(link.kind.value, link.mtu, local, link.port or 0, link.mode or "")


def _address(each: Held) -> tuple[Key, Value]:
    return Address(each.device, str(each.address)), AddressValue(each.quiet and each.address.version == 6)


def _route(host: HostState, route: Route) -> tuple[Key, Value]:
    """A route with its device, which the kernel finds by itself: the one whose network holds the gateway."""
    via = str(route.via) if route.via else ""
    near = (held.device for held in host.addresses if route.via is not None and route.via in held.address.network)
    return RouteTo(str(route.to), route.table, route.metric), RouteValue(via, route.device or next(near, ""))


def _table(host: HostState) -> Iterator[tuple[Key, Value]]:
    for service in host.ipvs:
        key = service_key(service)
        yield key, _service(service)
        for destination in service.destinations:
            yield Server(key, str(destination.address), destination.port), _server(destination)


def service_key(service: VirtualService) -> Service:
    """The kernel's name for a service."""
    if service.mark is not None:
        return Service(service.family.value, "", "", 0, service.mark)
    return Service(service.family.value, service.protocol.value, str(service.address), service.port)


def _service(service: VirtualService) -> ServiceValue:
    flags = sum(SCHEDULER_FLAGS[flag] for flag in service.flags)
    flags |= PERSISTENT * bool(service.persistence) | ONE_PACKET * service.one_packet
    # Without persistence the kernel keeps the netmask all the same; ipvsadm and keepalived send the full one.
    netmask = service.netmask if service.persistence else service.family.bits
    return ServiceValue(service.scheduler.value, flags, service.persistence, netmask, service.engine or "")


def _server(destination: Destination) -> ServerValue:
    tun = destination.method.value == "tun"
    return ServerValue(
        destination.method.value,
        destination.weight,
        destination.upper_threshold,
        destination.lower_threshold,
        destination.tunnel.value if tun else "ipip",
        (destination.tunnel_port or 0) if tun else 0,
    )


def _files(host: HostState, program: str) -> tuple[dict[Key, Value], dict[str, bytes]]:
    texts = {File(file.path): file.text for emitter in _EMITTERS for file in emitter.emit(host)}
    texts[_BOOT_UNIT] = HEADER + _UNIT.format(program=program)
    contents = {digest(text.encode()): text.encode() for text in texts.values()}
    things: dict[Key, Value] = {key: FileValue(digest(text.encode())) for key, text in texts.items()}
    things[_ENABLED] = FileValue(link=f"/{_BOOT_UNIT.path}")
    return things, contents


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
