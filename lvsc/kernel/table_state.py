"""The IPVS table as HostState says it."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.plan.thing import Server, ServerValue, Service, ServiceValue, Things
from lvsc.plan.wanted import ONE_PACKET, PERSISTENT, SCHEDULER_FLAGS
from lvsc.state import Destination, VirtualService
from lvsc.words import FLAGS, Family, ForwardingMethod, Protocol, Scheduler, TunnelType, parse_address

_METHODS = {each.value for each in ForwardingMethod}
_TUNNELS = {each.value for each in TunnelType}
_PROTOCOLS = {each.value for each in Protocol}
_SCHEDULERS = {each.value for each in Scheduler}


def services(things: Things) -> Iterator[VirtualService]:
    """The services of a table that HostState can say, with their real servers in the order of insertion."""
    members: dict[Service, list[Destination]] = {}
    for key, value in things.items():
        if isinstance(key, Server) and isinstance(value, ServerValue) and value.method in _METHODS:
            members.setdefault(key.service, []).append(_destination(key, value))
    for key, value in things.items():
        if isinstance(key, Service) and isinstance(value, ServiceValue) and not unsaid(key, value):
            yield _service(key, value, tuple(members.get(key, ())))


def unsaid(key: Service, value: ServiceValue) -> str | None:
    """What of a service HostState has no word for."""
    if value.scheduler not in _SCHEDULERS:
        return f"service {key} has scheduler {value.scheduler}"
    if not key.mark and key.protocol not in _PROTOCOLS:
        return f"service {key} has protocol {key.protocol}"
    if value.engine:
        return f"service {key} has persistence engine {value.engine}"
    return None


def unsaid_server(key: Server, value: ServerValue) -> str | None:
    """What of a real server HostState has no word for."""
    if value.method not in _METHODS:
        return f"real server {key} of {key.service} has forwarding method {value.method}"
    if value.method == ForwardingMethod.TUN.value and (value.tunnel not in _TUNNELS or value.tunnel_flags):
        return f"real server {key} of {key.service} has tunnel {value.tunnel} with flags {value.tunnel_flags}"
    return None


def _service(key: Service, value: ServiceValue, members: tuple[Destination, ...]) -> VirtualService:
    scheduler = Scheduler(value.scheduler)
    return VirtualService(
        name=str(key),
        family=Family(key.family),
        protocol=Protocol(key.protocol) if key.protocol else Protocol.TCP,
        address=None if key.mark else parse_address(key.address),
        port=key.port,
        mark=key.mark or None,
        scheduler=scheduler,
        flags=tuple(flag for flag in FLAGS.get(scheduler, ()) if value.flags & SCHEDULER_FLAGS[flag]),
        persistence=value.timeout if value.flags & PERSISTENT else 0,
        netmask=value.netmask,
        one_packet=bool(value.flags & ONE_PACKET),
        destinations=members,
    )


def _destination(key: Server, value: ServerValue) -> Destination:
    address = parse_address(key.address)
    assert address is not None
    return Destination(
        name=key.address,
        address=address,
        port=key.port,
        method=ForwardingMethod(value.method),
        weight=value.weight,
        upper_threshold=value.upper,
        lower_threshold=value.lower,
        tunnel=TunnelType(value.tunnel) if value.tunnel in _TUNNELS else TunnelType.IPIP,
        tunnel_port=value.tunnel_port or None,
    )
