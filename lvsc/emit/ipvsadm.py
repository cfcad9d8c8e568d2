"""Input for ipvsadm-restore: a line per virtual service, then one per real server.

Only for directors whose table keepalived does not own. The format has no
comments and no quoting (ipvsadm.c: restore_table); every word is a number, an
address or a word of ipvsadm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from lvsc.emit.base import File
from lvsc.state import Destination, HostState, VirtualService
from lvsc.words import Address, Family, ForwardingMethod, Protocol, SchedulerFlag, TunnelType

NAME = "ipvsadm"
PATH = "etc/lvsc/ipvsadm.rules"

_SERVICE = {Protocol.TCP: "-t", Protocol.UDP: "-u", Protocol.SCTP: "--sctp-service"}
_METHOD = {ForwardingMethod.DR: "-g", ForwardingMethod.TUN: "-i", ForwardingMethod.NAT: "-m"}


def emit(host: HostState) -> Iterator[File]:
    """The table, where lvsc loads it itself."""
    if host.ipvs and not host.keepalived:
        yield File(PATH, rules(host.ipvs))


def rules(services: Iterable[VirtualService]) -> str:
    """A table, whoever loads it."""
    return "".join(f"{line}\n" for service in services for line in _lines(service))


def _lines(service: VirtualService) -> Iterator[str]:
    who = _who(service)
    yield " ".join(["-A", who, "-s", service.scheduler.value, *_options(service)])
    for destination in service.destinations:
        yield " ".join(["-a", who, "-r", _endpoint(destination.address, destination.port), *_server(destination)])


def _who(service: VirtualService) -> str:
    if service.mark is not None:
        return f"-f {service.mark}" + (" -6" if service.family is Family.V6 else "")
    assert service.address is not None
    return f"{_SERVICE[service.protocol]} {_endpoint(service.address, service.port)}"


def _endpoint(address: Address, port: int) -> str:
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _options(service: VirtualService) -> Iterator[str]:
    if service.flags:
        yield f"-b {','.join(flag_name(service, flag) for flag in service.flags)}"
    if service.persistence:
        yield f"-p {service.persistence}"
        if service.netmask != service.family.bits:
            yield f"-M {netmask(service)}"
        if service.engine is not None:
            yield f"--pe {service.engine}"
    if service.one_packet:
        yield "-o"


def flag_name(service: VirtualService, flag: SchedulerFlag) -> str:
    """A scheduler's flag as ipvsadm and keepalived spell it: sh-port."""
    return f"{service.scheduler.value}-{flag.value}"


def netmask(service: VirtualService) -> str:
    """The persistence netmask: dotted for IPv4, a prefix length for IPv6."""
    if service.family is Family.V6:
        return str(service.netmask)
    return str(IPv4Network(f"0.0.0.0/{service.netmask}").netmask)


def _server(destination: Destination) -> Iterator[str]:
    yield _METHOD[destination.method]
    yield f"-w {destination.weight}"
    if destination.upper_threshold:
        yield f"-x {destination.upper_threshold}"
    if destination.lower_threshold:
        yield f"-y {destination.lower_threshold}"
    if destination.method is ForwardingMethod.TUN and destination.tunnel is not TunnelType.IPIP:
        yield f"--tun-type {destination.tunnel.value}"
        if destination.tunnel_port is not None:
            yield f"--tun-port {destination.tunnel_port}"
