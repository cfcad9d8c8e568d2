"""Networks, hosts, clients, failover groups and VIPs of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lvsc.source import Map, Span
from lvsc.topology.desk import Desk
from lvsc.topology.merge import Named
from lvsc.topology.model import Client, Holds, Host, Origin, Port, Segment, StaticRoute
from lvsc.words import HostRole, Interface, Network, parse_interface, parse_network, sysctl_path

_DEFAULTS = {4: parse_network("0.0.0.0/0"), 6: parse_network("::/0")}


def segments(desk: Desk, named: Iterable[Named]) -> dict[str, Segment]:
    """The networks, yet without gateways that are names."""
    return {item.name: _segment(desk, item) for item in named}


def _segment(desk: Desk, item: Named) -> Segment:
    origin = Origin(item.at, item.node)
    values = desk.pair(origin, "subnet", "subnets")
    if not values:
        desk.say("missing-key", item.at, f"network `{item.name}` has no subnet", "add `subnet: 192.0.2.0/24`")
    subnets = [net for text, at in values if (net := _network(desk, text, at)) is not None]
    return Segment(item.name, tuple(subnets), (), item.node.get("mtu", 1500), origin)


def _network(desk: Desk, text: str, at: Span) -> Network | None:
    network = parse_network(text)
    if network is not None:
        return network
    loose = parse_interface(text)
    if loose is None:
        desk.say("wrong-value", at, f"`{text}` is not a network", "write a network such as 192.0.2.0/24")
    else:
        desk.say("wrong-value", at, f"`{text}` has host bits set", f"write {loose.network}")
    return None


def hosts(desk: Desk, role: HostRole, named: Iterable[Named], networks: Mapping[str, Segment]) -> dict[str, Host]:
    """The hosts of one section; a range gives many, all with one place."""
    found: dict[str, Host] = {}
    for item in named:
        names = desk.range(item.name, item.at)
        ports = _ports(desk, item, len(names), networks)
        fixed = _fixed(desk, item, role)
        for index, name in enumerate(names):
            if name in found:
                desk.say("duplicate-name", item.at, f"`{item.name}` names `{name}` again", "make the ranges disjoint")
                continue
            found[name] = Host(role=role, name=name, ports=tuple(ports[index]), **fixed)
    return found


def _fixed(desk: Desk, item: Named, role: HostRole) -> dict[str, Any]:
    """What all hosts of a range share; gateways that are names are resolved later."""
    node, origin = item.node, Origin(item.at, item.node)
    managed = role is not HostRole.ROUTER and node.get("managed", True)
    if "holds" in node and managed:
        desk.say(
            "contradiction",
            node.key_span("holds"),
            f"`{item.name}` is managed, so lvsc decides what it holds",
            "add `managed: false`, or move the settings to `sysctls` and `vip_device`",
        )
    return {
        "gateways": (),
        "routes": tuple(_routes(desk, node, origin)),
        "sysctls": _sysctls(node),
        "managed": managed,
        "vip_device": node.get("vip_device", "lo"),
        "holds": _holds(node) if "holds" in node else None,
        "origin": origin,
    }


def _sysctls(node: Map) -> dict[str, int]:
    return {sysctl_path(key): value for key, value in node.get("sysctls", {}).items()}


def _holds(node: Map) -> Holds:
    held = node["holds"]
    origin = Origin(node.key_span("holds"), held)
    return Holds(held.get("vip_device"), held.get("tunnel_device"), _sysctls(held), origin)


def _routes(desk: Desk, node: Map, origin: Origin) -> Iterator[StaticRoute]:
    for index, route in enumerate(node.get("routes", [])):
        at = Origin(origin.at("routes", index), route)
        via = desk.address(route["via"], at.at("via")) if "via" in route else None
        if via is None and "interface" not in route:
            desk.say("missing-key", at.at("to"), "the route has neither `via` nor `interface`", "add `via:`")
            continue
        to = (
            _DEFAULTS[via.version if via else 4]
            if route["to"] == "default"
            else _destination(desk, route["to"], at.at("to"))
        )
        if to is not None:
            yield StaticRoute(to, via, route.get("interface"), at)


def _destination(desk: Desk, text: str, at: Span) -> Network | None:
    return _network(desk, text if "/" in text else f"{text}/{128 if ':' in text else 32}", at)


def _ports(desk: Desk, item: Named, count: int, networks: Mapping[str, Segment]) -> list[list[Port]]:
    """The interfaces of each host of the range."""
    found: list[list[Port]] = [[] for _ in range(count)]
    for name, node in item.node["interfaces"].items():
        origin = Origin(item.node["interfaces"].key_span(name), node)
        network = networks.get(node["network"])
        if not desk.known("network", node["network"], origin.at("network"), networks) or network is None:
            continue
        columns = [
            _column(desk, text, at, count, network, item) for text, at in desk.pair(origin, "address", "addresses")
        ]
        for index in range(count):
            addresses = tuple(column[index] for column in columns if index < len(column))
            found[index].append(Port(name, network.name, addresses, node.get("mtu"), origin))
    return found


def _column(desk: Desk, text: str, at: Span, count: int, network: Segment, item: Named) -> list[Interface]:
    """One address for each host of the range."""
    bare, _, prefix = text.partition("/")
    texts = desk.range(bare, at)
    if texts and len(texts) != count:
        remedy = f"write a range of {count} addresses" if count > 1 else "write one address"
        message = (
            f"`{text}` stands for {_counted(len(texts), 'address', 'es')}, `{item.name}` for {_counted(count, 'host')}"
        )
        desk.say("wrong-value", at, message, remedy)
        return []
    found = [_address(desk, each, prefix, at, network) for each in texts]
    return [address for address in found if address is not None]


def _counted(count: int, noun: str, plural: str = "s") -> str:
    return f"{count} {noun}{plural * (count != 1)}"


def _address(desk: Desk, text: str, prefix: str, at: Span, network: Segment) -> Interface | None:
    address = desk.address(text, at)
    if address is None:
        return None
    subnet = network.subnet_of(address)
    if subnet is None:
        desk.say(
            "address-outside-subnet",
            at,
            f"{address} is in no subnet of network `{network.name}`",
            f"choose an address in {' or '.join(map(str, network.subnets)) or 'a subnet'}",
        )
        return None
    interface = parse_interface(f"{address}/{prefix or subnet.prefixlen}")
    if interface is None:
        desk.say("wrong-value", at, f"/{prefix} is no prefix length of {address}", f"write /{subnet.prefixlen}")
    return interface


def clients(
    desk: Desk, named: Iterable[Named], networks: Mapping[str, Segment], routers: Mapping[str, Host]
) -> dict[str, Client]:
    """The declared origins of requests."""
    found = {}
    for item in named:
        origin, node = Origin(item.at, item.node), item.node
        if ("network" in node) == ("behind" in node):
            desk.say(
                "contradiction", item.at, f"client `{item.name}` needs either `network` or `behind`", "say where it is"
            )
            continue
        section, kind = (networks, "network") if "network" in node else (routers, "router")
        where = node.get("network") or node["behind"]
        desk.known(kind, where, origin.at("network" if "network" in node else "behind"), section)
        addresses = desk.addresses(desk.pair(origin, "address", "addresses"))
        found[item.name] = Client(item.name, node.get("network"), addresses, node.get("behind"), origin)
    return found
