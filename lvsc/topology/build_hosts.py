"""Networks, hosts and clients of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lvsc.finding import Note
from lvsc.source import Map, Span
from lvsc.topology.desk import AN_ADDRESS, Desk, listed
from lvsc.topology.merge import Named
from lvsc.topology.model import Client, Holds, Host, Kubernetes, Origin, Port, Segment, StaticRoute
from lvsc.words import (
    Address,
    HostRole,
    Interface,
    Network,
    Platform,
    ProxyMode,
    Scheduler,
    host_network,
    parse_address,
    parse_interface,
    parse_network,
    sysctl_path,
)

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
    platform = Platform(item.node["platform"]) if "platform" in item.node else None
    foreign = item.node.get("foreign_addresses", False)
    return Segment(item.name, tuple(subnets), (), item.node.get("mtu", 1500), platform, foreign, origin)


def _network(desk: Desk, text: str, at: Span) -> Network | None:
    network = parse_network(text)
    if network is not None:
        return network
    loose = parse_interface(text)
    if loose is None:
        desk.say("wrong-value", at, f"`{text}` is not a network", "write a network such as 192.0.2.0/24")
        return None
    desk.say("wrong-value", at, f"`{text}` has host bits set", f"write {loose.network}")
    return loose.network


def hosts(desk: Desk, role: HostRole, named: Iterable[Named], networks: Mapping[str, Segment]) -> dict[str, Host]:
    """The hosts of one section; a range gives many, all with one place."""
    found: dict[str, Host] = {}
    for item in named:
        names = desk.range(item.name, item.at)
        if not names:
            desk.unsure.add(role.value)
        ports = _ports(desk, item, len(names), networks)
        fixed = _fixed(desk, item, role)
        again = []
        for index, name in enumerate(names):
            if name in found:
                again.append(name)
            else:
                found[name] = Host(role=role, name=name, ports=tuple(ports[index]), **fixed)
        if again:
            _again(desk, item, again, found[again[0]].origin.name)
    return found


def _again(desk: Desk, item: Named, names: list[str], first: Span) -> None:
    what = f"`{names[0]}`{_more(len(names))}"
    desk.say(
        "duplicate-name",
        item.at,
        f"`{item.name}` names {what} again",
        "make the ranges disjoint",
        [Note(first, f"`{names[0]}` stands here first")],
    )


def _more(count: int) -> str:
    return f" and {count - 1} more" if count > 1 else ""


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
        "kubernetes": _kubernetes(desk, node) if "kubernetes" in node else None,
        "origin": origin,
    }


def _sysctls(node: Map) -> dict[str, int]:
    return {sysctl_path(key): value for key, value in node.get("sysctls", {}).items()}


def _holds(node: Map) -> Holds:
    held = node["holds"]
    origin = Origin(node.key_span("holds"), held)
    return Holds(held.get("vip_device"), held.get("tunnel_device"), _sysctls(held), origin)


def _kubernetes(desk: Desk, node: Map) -> Kubernetes:
    said = node["kubernetes"]
    origin = Origin(node.key_span("kubernetes"), said)
    texts = enumerate(listed(said.get("exclude_cidrs", [])))
    excluded = [_network(desk, text, origin.at("exclude_cidrs", index)) for index, text in texts]
    return Kubernetes(
        proxy_mode=ProxyMode(said["proxy_mode"]),
        version=_release(said["version"]) if "version" in said else None,
        strict_arp=said.get("strict_arp", False),
        exclude_cidrs=tuple(network for network in excluded if network is not None),
        scheduler=Scheduler(said["scheduler"]) if "scheduler" in said else None,
        masquerade_bit=said.get("masquerade_bit", 14),
        announcer=said.get("announcer"),
        pod_tunnel=said.get("pod_tunnel"),
        origin=origin,
    )


def _release(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def _routes(desk: Desk, node: Map, origin: Origin) -> Iterator[StaticRoute]:
    interfaces = {**node["interfaces"], "lo": None}
    for index, said in enumerate(node.get("routes", [])):
        route = _route(desk, said, Origin(origin.at("routes", index), said), interfaces)
        if route is not None:
            yield route


def _route(desk: Desk, route: Map, origin: Origin, interfaces: Mapping[str, Any]) -> StaticRoute | None:
    if "via" not in route and "interface" not in route:
        message = f"the route to `{route['to']}` has neither `via` nor `interface`"
        desk.say("missing-key", origin.at("to"), message, "add `via:`")
        return None
    if "interface" in route:
        desk.known("interface", route["interface"], origin.at("interface"), interfaces, " on this host")
    via = desk.address(route["via"], origin.at("via")) if "via" in route else None
    to = _DEFAULTS[via.version if via else 4]
    if route["to"] != "default":
        to = _destination(desk, route["to"], origin.at("to"))
    if to is None or (via is None and "via" in route):
        return None
    if via is not None and via.version != to.version:
        message = f"the route to {to} goes via {via}, an address of the other family"
        desk.say("contradiction", origin.at("via"), message, f"write an IPv{to.version} address")
    return StaticRoute(to, via, route.get("interface"), origin)


def _destination(desk: Desk, text: str, at: Span) -> Network | None:
    if "/" in text:
        return _network(desk, text, at)
    address = desk.address(text, at)
    return host_network(address) if address is not None else None


# What the kernel or lvsc itself calls otherwise.
_TAKEN = ("lo", "all", "default")


def _ports(desk: Desk, item: Named, count: int, networks: Mapping[str, Segment]) -> list[list[Port]]:
    """The interfaces of each host of the range."""
    found: list[list[Port]] = [[] for _ in range(count)]
    for name, node in item.node["interfaces"].items():
        origin = Origin(item.node["interfaces"].key_span(name), node)
        if name in _TAKEN or name.startswith("lvsc-"):
            message = f"`{name}` cannot be the name of an interface here"
            desk.say("wrong-value", origin.name, message, "write the name that the host's own network device has")
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
    texts = desk.range(bare, at) if count else []
    if texts and len(texts) != count:
        remedy = f"write a range of {count} addresses" if count > 1 else "write one address"
        message = (
            f"`{text}` stands for {_counted(len(texts), 'address', 'es')}, `{item.name}` for {_counted(count, 'host')}"
        )
        desk.say("wrong-value", at, message, remedy)
        return []
    addresses = [parse_address(each) for each in texts]
    wrong = [each for each, address in zip(texts, addresses, strict=True) if address is None]
    if wrong:
        message = f"`{wrong[0]}`{_more(len(wrong))} " + ("is not an address" if len(wrong) == 1 else "are no addresses")
        desk.say("wrong-value", at, message, AN_ADDRESS)
    return list(_inside(desk, [address for address in addresses if address is not None], prefix, at, network))


def _counted(count: int, noun: str, plural: str = "s") -> str:
    return f"{count} {noun}{plural * (count != 1)}"


def _inside(desk: Desk, addresses: list[Address], prefix: str, at: Span, network: Segment) -> Iterator[Interface]:
    """The addresses with the prefix of their subnet, or the one that was written."""
    outside = [address for address in addresses if network.subnet_of(address) is None]
    if outside:
        desk.outside(outside, at, network)
    for address in addresses:
        subnet = network.subnet_of(address)
        if subnet is None:
            continue
        interface = parse_interface(f"{address}/{prefix or subnet.prefixlen}")
        if interface is None:
            desk.say("wrong-value", at, f"/{prefix} is no prefix length of {address}", f"write /{subnet.prefixlen}")
            return
        yield interface


def clients(
    desk: Desk, named: Iterable[Named], networks: Mapping[str, Segment], routers: Mapping[str, Host]
) -> dict[str, Client]:
    """The declared origins of requests."""
    found = {item.name: _client(desk, item, networks, routers) for item in named}
    return {name: client for name, client in found.items() if client is not None}


def _client(desk: Desk, item: Named, networks: Mapping[str, Segment], routers: Mapping[str, Host]) -> Client | None:
    origin, node = Origin(item.at, item.node), item.node
    if ("network" in node) == ("behind" in node):
        if "network" in node:
            message = f"client `{item.name}` has both `network` and `behind`"
            desk.say("contradiction", origin.at("behind"), message, "keep one of the two")
        else:
            message = f"client `{item.name}` has neither `network` nor `behind`"
            desk.say("missing-key", item.at, message, "say where it is: add `network:` or `behind:`")
        return None
    said = desk.pair(origin, "address", "addresses")
    if "behind" in node:
        desk.known("router", node["behind"], origin.at("behind"), routers)
    elif desk.known("network", node["network"], origin.at("network"), networks):
        for text, at in said:
            address = parse_address(text)
            if address is not None and networks[node["network"]].subnet_of(address) is None:
                desk.outside([address], at, networks[node["network"]])
    return Client(item.name, node.get("network"), desk.addresses(said), node.get("behind"), origin)
