"""Failover groups, VIPs and gateways of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lvsc.source import Map, Span
from lvsc.topology.desk import Desk, listed
from lvsc.topology.merge import Named
from lvsc.topology.model import Failover, Host, Origin, Port, Segment, Sync, Vip
from lvsc.words import Address, Interface, parse_address


def failovers(
    desk: Desk, named: Iterable[Named], networks: Mapping[str, Segment], directors: Mapping[str, Host]
) -> dict[str, Failover]:
    """The failover groups."""
    named = list(named)
    names = [item.name for item in named]
    return {item.name: _failover(desk, item, networks, directors, names) for item in named}


def _failover(
    desk: Desk, item: Named, networks: Mapping[str, Segment], directors: Mapping[str, Host], names: list[str]
) -> Failover:
    node, origin = item.node, Origin(item.at, item.node)
    held = [
        name
        for index, name in enumerate(node["directors"])
        if desk.known("director", name, origin.at("directors", index), directors)
    ]
    if desk.known("network", node["network"], origin.at("network"), networks):
        for index, name in enumerate(held):
            if directors[name].port_on(node["network"]) is None:
                desk.say(
                    "contradiction",
                    origin.at("directors", index),
                    f"director `{name}` is not on network `{node['network']}`",
                    "give it an interface there, or name another network",
                )
    if "follows" in node:
        desk.known("failover group", node["follows"], origin.at("follows"), names)
    sync = node.get("sync")
    if sync:
        desk.known("network", sync["network"], origin.at("sync", "network"), networks)
    return Failover(
        name=item.name,
        directors=tuple(dict.fromkeys(held)),
        network=node["network"],
        virtual_router_id=node["virtual_router_id"],
        advert_interval=node.get("advert_interval", 1),
        preempt=node.get("preempt", True),
        unicast=node.get("unicast", False),
        follows=node.get("follows"),
        gateways=desk.addresses(desk.pair(origin, "gateway_address", "gateway_addresses")),
        sync=Sync(sync["network"], sync.get("id", node["virtual_router_id"])) if sync else None,
        origin=origin,
    )


def vips(
    desk: Desk,
    named: Iterable[Named],
    networks: Mapping[str, Segment],
    directors: Mapping[str, Host],
    groups: Mapping[str, Failover],
) -> dict[str, Vip]:
    """The VIPs, each with the network it lives on and the directors that may hold it."""
    return {item.name: vip for item in named if (vip := _vip(desk, item, networks, directors, groups)) is not None}


def _vip(
    desk: Desk,
    item: Named,
    networks: Mapping[str, Segment],
    directors: Mapping[str, Host],
    groups: Mapping[str, Failover],
) -> Vip | None:
    node, origin = item.node, Origin(item.at, item.node)
    addresses = desk.addresses(desk.pair(origin, "address", "addresses"))
    group = node.get("failover")
    if "director" in node and group:
        desk.say(
            "contradiction", node.key_span("director"), "`director` and `failover` are both given", "keep `failover`"
        )
    if group and not desk.known("failover group", group, origin.at("failover"), groups):
        return None
    if "director" in node and not desk.known("director", node["director"], origin.at("director"), directors):
        return None
    if "network" in node and not desk.known("network", node["network"], origin.at("network"), networks):
        return None
    if not addresses:
        if not origin.says("address") and not origin.says("addresses"):
            desk.say("missing-key", item.at, f"VIP `{item.name}` has no address", "add `address:`")
        return None
    network = node.get("network") or (groups[group].network if group else _home(addresses, networks))
    if network is None:
        desk.say(
            "address-outside-subnet",
            origin.at("address" if "address" in node else "addresses"),
            f"VIP {addresses[0]} is in the subnet of no network",
            "choose an address of a network, or name its `network`",
        )
        return None
    return Vip(item.name, addresses, network, group, _holders(node, group, network, directors, groups), origin)


def _home(addresses: tuple[Address, ...], networks: Mapping[str, Segment]) -> str | None:
    return next((name for name, net in networks.items() if net.subnet_of(addresses[0]) is not None), None)


def _holders(
    node: Map, group: str | None, network: str, directors: Mapping[str, Host], groups: Mapping[str, Failover]
) -> tuple[str, ...]:
    if group:
        return groups[group].directors
    if "director" in node:
        return (node["director"],)
    return tuple(name for name, director in directors.items() if director.port_on(network) is not None)


def gateways(
    desk: Desk, origin: Origin, networks: Iterable[str], named: Mapping[str, Host | Failover]
) -> tuple[Address, ...]:
    """The addresses behind the key `gateway`: addresses, or names of hosts and groups on one of the networks."""
    assert origin.node is not None
    if "gateway" not in origin.node:
        return ()
    found: list[Address] = []
    for index, text in enumerate(listed(origin.node["gateway"])):
        at = origin.at("gateway", index) if isinstance(origin.node["gateway"], list) else origin.at("gateway")
        address = parse_address(text)
        if address is not None:
            found.append(address)
        elif desk.known("router, director or failover group", text, at, named):
            found += _named_gateway(desk, named[text], list(networks), at)
    return tuple(found)


def _named_gateway(desk: Desk, gateway: Host | Failover, networks: list[str], at: Span) -> list[Address]:
    if isinstance(gateway, Failover):
        found = list(gateway.gateways)
        what = "has no `gateway_address`"
    else:
        found = [address.ip for port in gateway.ports if port.network in networks for address in _firsts(port)]
        what = f"has no address on {' or '.join(networks)}"
    if not found:
        desk.say(
            "contradiction", at, f"the gateway `{gateway.name}` {what}", "give it one, or write the gateway's address"
        )
    return found


def _firsts(port: Port) -> list[Interface]:
    """The first address of each family."""
    found: dict[int, Interface] = {}
    for address in port.addresses:
        found.setdefault(address.version, address)
    return list(found.values())
