"""A host as it is: what a live director, or a state file of one, holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lvsc.importers.draft import Said, Server, Tunnel, Unit, VirtualServer
from lvsc.importers.ledger import Ledger
from lvsc.source import Span
from lvsc.state import Held, HostState, VirtualService
from lvsc.words import ForwardingMethod, parse_address

Key = tuple[object, ...]
_KERNELS_OWN = (900, 120, 300)


def read_host(ledger: Ledger, file: str, host: HostState) -> Unit:
    """The director that a state describes. What only its own files say, such as checks, it cannot tell."""
    at = Span(file, 1, 1, 1, 2)
    _without_place(ledger, at, host)
    services = tuple(_service(service, at) for service in host.ipvs)
    unit = Unit(file=file, name=Said(host.name, at), services=services, checks=False, start=at)
    return beside(unit, host)


def beside(unit: Unit, host: HostState) -> Unit:
    """What a director's file says, with the addresses and gateways that the host has."""
    at = unit.start
    vips = {service.address for service in host.ipvs}
    held = [(each.device, Said(each.address, at)) for each in host.addresses if each.ip not in vips and _own(each)]
    gateways = [Said(route.via, at) for route in host.routes if route.via is not None and route.to.prefixlen == 0]
    return replace(unit, held=tuple(held), gateways=tuple(gateways))


def compare(ledger: Ledger, unit: Unit, host: HostState) -> None:
    """Services of the kernel's table that the daemon's file does not have, and the other way round."""
    said = {_said_key(service): service for service in unit.services}
    live = {_key(service): service for service in host.ipvs}
    for key, service in live.items():
        if key not in said:
            ledger.left_out(unit.start, f"{_who(service)} is in the kernel's table, and not in the file")
    for key, said_service in said.items():
        if key not in live:
            message = "this virtual service is not in the kernel's table"
            ledger.warn("not-loaded", said_service.at, message, "look at keepalived's log: it may need a reload")


def _own(held: Held) -> bool:
    """Whether it is the host's own in a network: no loopback, no link-local address, no VIP."""
    return held.device != "lo" and not held.ip.is_link_local and held.address.network.num_addresses > 1


def _key(service: VirtualService) -> Key:
    if service.mark is not None:
        return service.mark, service.family
    return service.protocol, service.address, service.port


def _said_key(service: VirtualServer) -> Key:
    if service.mark is not None:
        return service.mark.value, service.family
    return service.protocol.value, service.address and service.address.value, service.port.value


def _who(service: VirtualService) -> str:
    if service.mark is not None:
        return f"mark {service.mark}"
    return f"{service.address} port {service.port}/{service.protocol.value}"


def _without_place(ledger: Ledger, at: Span, host: HostState) -> None:
    for line in host.unmodelled:
        ledger.no_place(at, line)
    if host.sync is not None:
        ledger.no_place(at, f"sync daemon ({host.sync.role}) on {host.sync.device}: say `sync` in a failover group")
    if host.timeouts not in (None, _KERNELS_OWN):
        ledger.no_place(at, f"timeouts of connections {host.timeouts}")
    for rule in host.marks:
        ledger.no_place(at, f"firewall mark {rule.mark} of packets to {rule.address}: say the ports of its service")


def _service(service: VirtualService, at: Span) -> VirtualServer:
    family_bits = service.family.bits
    first = next(iter(service.destinations), None)
    return VirtualServer(
        at=at,
        protocol=Said(service.protocol, at),
        address=Said(service.address, at) if service.address is not None else None,
        port=Said(service.port, at),
        mark=Said(service.mark, at) if service.mark is not None else None,
        scheduler=Said(service.scheduler, at),
        method=Said(first.method if first is not None else ForwardingMethod.DR, at),
        servers=tuple(_servers(service, at)),
        family=service.family if service.mark is not None else None,
        flags=service.flags,
        persistence=Said(service.persistence, at) if service.persistence else None,
        netmask=Said(service.netmask, at) if service.persistence and service.netmask != family_bits else None,
        one_packet=Said(True, at) if service.one_packet else None,
        checked=False,
        engine=Said(service.engine, at) if service.engine is not None else None,
    )


def _servers(service: VirtualService, at: Span) -> Iterator[Server]:
    for each in service.destinations:
        yield Server(
            address=each.address,
            port=Said(each.port, at) if each.port else None,
            at=at,
            method=Said(each.method, at),
            tunnel=Tunnel(each.tunnel, each.tunnel_port),
            weight=Said(each.weight, at),
            upper=Said(each.upper_threshold, at) if each.upper_threshold else None,
            lower=Said(each.lower_threshold, at) if each.lower_threshold else None,
            name="" if parse_address(each.name) else each.name,
        )
