"""Services of the topology into virtual services of the IPVS table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from lvsc.state import Destination, HealthCheck, MarkRule, VirtualService
from lvsc.topology import Health, Host, Service, Topology
from lvsc.words import Address, Family, ForwardingMethod, Protocol, family_of

_OF_CHECKS = [field.name for field in fields(HealthCheck) if field.name != "first_port"]


def virtual_services(topology: Topology, service: Service) -> Iterator[VirtualService]:
    """One for each address, protocol and port; with a mark, one for each family."""
    vip = topology.vips[service.vip]
    if service.mark is not None:
        for family in dict.fromkeys(family_of(address) for address in vip.addresses):
            yield _virtual_service(topology, service, family, service.protocols[0], None, 0)
        return
    for address in vip.addresses:
        for protocol in service.protocols:
            for port, _ in service.ports:
                yield _virtual_service(topology, service, family_of(address), protocol, address, port)


def _virtual_service(
    topology: Topology, service: Service, family: Family, protocol: Protocol, address: Address | None, port: int
) -> VirtualService:
    held = service.persistence
    return VirtualService(
        name=service.name,
        family=family,
        protocol=protocol,
        address=address,
        port=port,
        mark=service.mark,
        scheduler=service.scheduler,
        flags=service.flags,
        persistence=held.timeout if held else 0,
        netmask=family.bits if held is None else held.netmask if family is Family.V4 else held.netmask6,
        one_packet=service.one_packet,
        helper=service.helper,
        destinations=_destinations(topology, service, family, port),
        checks=tuple(_check(service, check) for check in service.checks),
        sorry=_sorry(topology, service, family, port),
        engine=held.engine if held else None,
        upkeep=service.upkeep,
    )


def _destinations(topology: Topology, service: Service, family: Family, port: int) -> tuple[Destination, ...]:
    found = []
    for member in service.members:
        address = real_address(topology, topology.real_servers[member.server], service, family)
        if address is not None:
            found.append(
                Destination(
                    member.server,
                    address,
                    _port(service, member.port, port),
                    service.mode,
                    member.weight,
                    member.upper_threshold,
                    member.lower_threshold,
                    service.tunnel,
                    service.tunnel_port,
                    member.port,
                    None if member.checks is None else tuple(_check(service, check) for check in member.checks),
                )
            )
    return tuple(sorted(found, key=lambda destination: destination.sort_key))


def _port(service: Service, own: int | None, port: int) -> int:
    """DR and TUN keep the port: IPVS stores the service's whatever is asked (ip_vs_ctl.c: ip_vs_add_dest)."""
    return own if own is not None and service.mode is ForwardingMethod.NAT else port


def real_address(topology: Topology, host: Host, service: Service, family: Family) -> Address | None:
    """The real server's address for a service: on a network of a director if it has one, else its first.

    TUN may cross families (an IPv6 VIP over IPv4), so there the other family is the last resort.
    """
    own = [(port.network, address.ip) for port, address in host.addresses(family)]
    if not own and service.mode is ForwardingMethod.TUN:
        other = Family.V4 if family is Family.V6 else Family.V6
        own = [(port.network, address.ip) for port, address in host.addresses(other)]
    if len(own) == 1:
        return own[0][1]
    near = {port.network for name in topology.vips[service.vip].directors for port in topology.directors[name].ports}
    return next((address for network, address in own if network in near), own[0][1] if own else None)


def _check(service: Service, health: Health) -> HealthCheck:
    """The check; real servers that have no port of their own are judged by the service's first."""
    first = service.ports[0][0] if service.ports else 0
    said = {name: getattr(health, name) for name in _OF_CHECKS}
    return HealthCheck(first_port=first or None, **said)


def _sorry(topology: Topology, service: Service, family: Family, port: int) -> Destination | None:
    if service.sorry is None:
        return None
    address = service.sorry.address
    if service.sorry.server is not None:
        address = real_address(topology, topology.real_servers[service.sorry.server], service, family)
    if address is None or family_of(address) is not family:
        return None
    name, own = service.sorry.server or str(address), _port(service, service.sorry.port, port)
    return Destination(name, address, own, service.mode, tunnel=service.tunnel, tunnel_port=service.tunnel_port)


def mark_rules(topology: Topology, service: Service) -> Iterator[MarkRule]:
    """The packets that belong to a service with a mark."""
    if service.mark is None or not service.ports:
        return
    for address in topology.vips[service.vip].addresses:
        for protocol in service.protocols:
            yield MarkRule(service.mark, address, protocol, tuple(sorted(service.ports)))
