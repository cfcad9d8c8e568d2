"""Services, real servers, timeouts and sync daemons as the attributes of IPVS, and back.

include/uapi/linux/ip_vs.h. Every attribute is sent: what is left out, the kernel fills with defaults.
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import NamedTuple

from lvsc.kernel.ipvs.netlink import Message, attribute, attributes, nested
from lvsc.plan.thing import (
    Server,
    ServerValue,
    Service,
    ServiceValue,
    Sync,
    SyncValue,
    TimeoutsValue,
)

NEW_SERVICE, SET_SERVICE, DEL_SERVICE, GET_SERVICE = 1, 2, 3, 4
NEW_DEST, SET_DEST, DEL_DEST, GET_DEST = 5, 6, 7, 8
NEW_DAEMON, DEL_DAEMON, GET_DAEMON = 9, 10, 11
SET_CONFIG, GET_CONFIG, GET_INFO = 12, 13, 15
FENCE = Message(GET_INFO, b"")

_SERVICE, _DEST, _DAEMON = 1, 2, 3
_HASHED = 0x2
_METHODS = {"nat": 0, "local": 1, "tun": 2, "dr": 3, "bypass": 4}
_METHOD_NAMES = {number: name for name, number in _METHODS.items()}
_METHOD_MASK = 0x7
_TUNNELS = {"ipip": 0, "gue": 1, "gre": 2}
_TUNNEL_NAMES = {number: name for name, number in _TUNNELS.items()}
_PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132}
_PROTOCOL_NAMES = {number: name for name, number in _PROTOCOLS.items()}
_ROLES = {"master": 1, "backup": 2}
_ROLE_NAMES = {number: name for name, number in _ROLES.items()}
_AF = {4: socket.AF_INET, 6: socket.AF_INET6}
_VERSIONS = {int(family): version for version, family in _AF.items()}
_U16, _U32, _BE16, _FLAGS = struct.Struct("=H"), struct.Struct("=I"), struct.Struct("!H"), struct.Struct("=II")
_ALL = 0xFFFFFFFF


class Counts(NamedTuple):
    """The connections of a real server: active, inactive and persistent (templates)."""

    active: int
    inactive: int
    persistent: int


def _u16(kind: int, number: int) -> bytes:
    return attribute(kind, _U16.pack(number))


def _u32(kind: int, number: int) -> bytes:
    return attribute(kind, _U32.pack(number & _ALL))


def _be16(kind: int, number: int) -> bytes:
    return attribute(kind, _BE16.pack(number))


def _text(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode() + b"\0")


def packed(address: str) -> bytes:
    """An address as the kernel's union of both families: sixteen bytes."""
    if ":" in address:
        return socket.inet_pton(socket.AF_INET6, address)
    return socket.inet_pton(socket.AF_INET, address) + b"\0" * 12


def service_key(key: Service) -> bytes:
    """The attributes by which the kernel finds a service."""
    if key.mark:
        return _u16(1, _AF[key.family]) + _u32(5, key.mark)
    protocol = _PROTOCOLS.get(key.protocol)
    number = int(key.protocol) if protocol is None else protocol
    return _u16(1, _AF[key.family]) + _u16(2, number) + attribute(3, packed(key.address)) + _be16(4, key.port)


def service_message(command: int, key: Service, value: ServiceValue | None = None) -> Message:
    """A command about a service."""
    body = service_key(key)
    if value is not None:
        body += (
            _text(6, value.scheduler)
            + attribute(7, _FLAGS.pack(value.flags, _ALL))
            + _u32(8, value.timeout)
            + attribute(9, _netmask(key.family, value.netmask))
        )
        if value.engine:
            body += _text(11, value.engine)
    return Message(command, nested(_SERVICE, body))


def _netmask(family: int, length: int) -> bytes:
    """Dotted in network order for IPv4, a length in host order for IPv6 (ip_vs_genl_parse_service)."""
    if family == 6:
        return _U32.pack(length)
    return ((_ALL << (32 - length)) & _ALL).to_bytes(4, "big")


class Packer:
    """Packs commands about real servers; what many of them share is packed once."""

    def __init__(self) -> None:
        self._services: dict[Service, bytes] = {}
        self._servers: dict[tuple[str, int, ServerValue | None], bytes] = {}

    def server(self, command: int, key: Server, value: ServerValue | None) -> Message:
        """A command about a real server."""
        service = self._services.get(key.service)
        if service is None:
            service = self._services[key.service] = nested(_SERVICE, service_key(key.service))
        name = (key.address, key.port, value)
        server = self._servers.get(name)
        if server is None:
            server = self._servers[name] = nested(_DEST, _server(key.address, key.port, value))
        return Message(command, service, server)


def _server(address: str, port: int, value: ServerValue | None) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    body = attribute(1, packed(address)) + _be16(2, port) + _u16(11, family)
    if value is None:
        return body
    return (
        body
        + _u32(3, _number(_METHODS, value.method))
        + _u32(4, value.weight)
        + _u32(5, value.upper)
        + _u32(6, value.lower)
        + attribute(13, bytes([_number(_TUNNELS, value.tunnel)]))
        + _be16(14, value.tunnel_port)
        + _u16(15, value.tunnel_flags)
    )


def _number(names: dict[str, int], name: str) -> int:
    return names[name] if name in names else int(name)


def timeouts_message(value: TimeoutsValue) -> Message:
    """Set the timeouts; the kernel keeps those that are 0."""
    return Message(SET_CONFIG, _u32(4, value.tcp) + _u32(5, value.tcp_fin) + _u32(6, value.udp))


def sync_message(command: int, key: Sync, value: SyncValue) -> Message:
    """Start or stop a sync daemon."""
    body = _u32(1, _ROLES[key.role]) + _text(2, value.device) + _u32(3, value.id)
    return Message(command, nested(_DAEMON, body))


def one_service(key: Service) -> Message:
    """Ask for the real servers of a service."""
    return Message(GET_DEST, nested(_SERVICE, service_key(key)))


def _inside(data: memoryview, kind: int) -> dict[int, memoryview]:
    outer = dict(attributes(data))
    return dict(attributes(outer[kind])) if kind in outer else {}


def _int(found: dict[int, memoryview], kind: int) -> int:
    return int.from_bytes(found.get(kind, b""), sys.byteorder)


def _string(found: dict[int, memoryview], kind: int) -> str:
    return bytes(found.get(kind, b"")).rstrip(b"\0").decode("ascii", "backslashreplace")


def _address(data: memoryview, version: int) -> str:
    return socket.inet_ntop(_AF[version], data[:16] if version == 6 else data[:4])


def service_of(data: memoryview) -> tuple[Service, ServiceValue]:
    """A service from its answer."""
    found = _inside(data, _SERVICE)
    version = _VERSIONS[_int(found, 1)]
    mark = _int(found, 5)
    if mark:
        key = Service(version, "", "", 0, mark)
    else:
        protocol = _int(found, 2)
        name = _PROTOCOL_NAMES.get(protocol, str(protocol))
        key = Service(version, name, _address(found[3], version), int.from_bytes(found[4], "big"))
    flags = _int(found, 7) & _ALL & ~_HASHED
    netmask = _int(found, 9) if version == 6 else int.from_bytes(found[9], "big").bit_count()
    return key, ServiceValue(_string(found, 6), flags, _int(found, 8) if flags & 1 else 0, netmask, _string(found, 11))


class Servers:
    """Reads real servers from answers; their layout, which one kernel never changes, is learned from the first."""

    def __init__(self) -> None:
        self._layouts: dict[int, dict[int, int]] = {}

    def read(self, data: memoryview, service: Service) -> tuple[Server, ServerValue, Counts]:
        """A real server of this service."""
        at = self._layouts.get(len(data)) or self._learn(data)
        version = _VERSIONS[_U16.unpack_from(data, at[11])[0]] if 11 in at else service.family
        address = _address(data[at[1] :], version)
        key = Server(service, address, _BE16.unpack_from(data, at[2])[0])
        method = _u32_at(data, at[3]) & _METHOD_MASK
        tunnel = data[at[13]] if 13 in at else 0
        value = ServerValue(
            _METHOD_NAMES.get(method, str(method)),
            _u32_at(data, at[4]),
            _u32_at(data, at[5]),
            _u32_at(data, at[6]),
            _TUNNEL_NAMES.get(tunnel, str(tunnel)),
            _BE16.unpack_from(data, at[14])[0] if 14 in at else 0,
            _U16.unpack_from(data, at[15])[0] if 15 in at else 0,
        )
        return key, value, Counts(_u32_at(data, at[7]), _u32_at(data, at[8]), _u32_at(data, at[9]))

    def _learn(self, data: memoryview) -> dict[int, int]:
        """Where each attribute's bytes begin (ip_vs_genl_fill_dest writes all of them, in one order)."""
        at = {}
        place = 4
        while place + 4 <= len(data):
            length, kind = struct.unpack_from("=HH", data, place)
            at[kind & 0x3FFF] = place + 4
            place += max(4, (length + 3) & ~3)
        self._layouts[len(data)] = at
        return at


def _u32_at(data: memoryview, place: int) -> int:
    number: int = _U32.unpack_from(data, place)[0]
    return number


def timeouts_of(data: memoryview) -> TimeoutsValue:
    """The timeouts from their answer, in seconds."""
    found = dict(attributes(data))
    return TimeoutsValue(_int(found, 4), _int(found, 5), _int(found, 6))


def sync_of(data: memoryview) -> tuple[Sync, SyncValue]:
    """A sync daemon from its answer."""
    found = _inside(data, _DAEMON)
    return Sync(_ROLE_NAMES.get(_int(found, 1), "unknown")), SyncValue(_string(found, 2), _int(found, 3))


class Statistics(NamedTuple):
    """What a service has carried: connections, packets and bytes, in and out."""

    connections: int
    packets_in: int
    packets_out: int
    bytes_in: int
    bytes_out: int


def statistics_of(data: memoryview) -> Statistics:
    """A service's 64-bit counters where the kernel has them (4.1), else those of 32 bits."""
    found = _inside(data, _SERVICE)
    inner = dict(attributes(found[12] if 12 in found else found.get(10, memoryview(b""))))
    return Statistics(*(_int(inner, number) for number in range(1, 6)))
