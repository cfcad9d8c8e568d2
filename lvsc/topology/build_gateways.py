"""Default gateways of the model: addresses, or the names of routers, directors and failover groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lvsc.finding import Note
from lvsc.source import Span
from lvsc.topology.desk import Desk, either, listed
from lvsc.topology.model import Failover, Host, Origin, Segment
from lvsc.words import Address, parse_address

Target = Host | Failover


def gateways(
    desk: Desk, origin: Origin, near: Iterable[str], networks: Mapping[str, Segment], named: Mapping[str, Target]
) -> tuple[Address, ...]:
    """The addresses behind the key `gateway`, one of each family; `near` are the networks to reach them on."""
    if origin.node is None or "gateway" not in origin.node:
        return ()
    segments = [networks[name] for name in dict.fromkeys(near)]
    said = origin.node["gateway"]
    found: dict[int, tuple[Address, Span]] = {}
    for index, text in enumerate(listed(said)):
        at = origin.at("gateway", index) if isinstance(said, list) else origin.at("gateway")
        for address in _addresses(desk, text, at, segments, named):
            if address.version in found:
                _second(desk, address, at, *found[address.version])
            elif parse_address(text) is None or _reachable(desk, address, at, origin, segments):
                found[address.version] = address, at
    return tuple(address for address, _ in found.values())


def _addresses(
    desk: Desk, text: str, at: Span, segments: list[Segment], named: Mapping[str, Target]
) -> Iterable[Address]:
    address = parse_address(text)
    if address is not None:
        return [address]
    if not text[0].isalpha() or ":" in text:
        desk.address(text, at)
        return []
    if not desk.known("router, director or failover group", text, at, named):
        return []
    return _of_name(desk, named[text], segments, at)


def _second(desk: Desk, address: Address, at: Span, first: Address, place: Span) -> None:
    message = f"{address} is a second IPv{address.version} gateway beside {first}"
    remedy = "keep one of each family; for other destinations there are `routes`"
    desk.say("contradiction", at, message, remedy, [Note(place, "the first one")])


def _reachable(desk: Desk, address: Address, at: Span, origin: Origin, segments: list[Segment]) -> bool:
    """Whether it is on the link: in a subnet, link-local, or behind a route to the link."""
    assert origin.node is not None
    routed = any("via" not in route for route in origin.node.get("routes", ()))
    unread = any(not segment.subnets for segment in segments)
    if address.is_link_local or routed or unread or not segments:
        return True
    if any(segment.subnet_of(address) is not None for segment in segments):
        return True
    where = either(f"`{segment.name}`" for segment in segments)
    subnets = either(net for segment in segments for net in segment.subnets if net.version == address.version)
    message = f"the gateway {address} is in no subnet of network {where}"
    remedy = f"choose an address in {subnets}" if subnets else f"add an IPv{address.version} subnet to {where}"
    desk.say("address-outside-subnet", at, message, remedy)
    return False


def _of_name(desk: Desk, gateway: Target, segments: list[Segment], at: Span) -> list[Address]:
    """The addresses of a named gateway on these networks, the first of each family."""
    near = [segment.name for segment in segments]
    where = either(f"`{name}`" for name in near)
    message, remedy = "", "give it one there, or write the gateway's address"
    if isinstance(gateway, Failover):
        found = list(gateway.gateways) if gateway.network in near else []
        if gateway.network not in near:
            message, remedy = f"is on network `{gateway.network}`, not on {where}", "write the gateway's address"
        elif not _says(gateway.origin, "gateway_address", "gateway_addresses"):
            message, remedy = "has no `gateway_address`", f"add one to failover group `{gateway.name}`"
    else:
        ports = [port for name in near for port in gateway.ports if port.network == name]
        found = [address.ip for port in ports for address in port.addresses]
        if not any(_says(port.origin, "address", "addresses") for port in ports):
            message = f"has no address on network {where}"
    if message and near:
        desk.say("contradiction", at, f"the gateway `{gateway.name}` {message}", remedy)
    first = {address.version: address for address in reversed(found)}
    return [address for address in found if first[address.version] is address]


def _says(origin: Origin, *keys: str) -> bool:
    return any(origin.says(key) for key in keys)
