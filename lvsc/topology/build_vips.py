"""Failover groups and VIPs of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lvsc.finding import Note
from lvsc.source import Map, Span
from lvsc.topology.desk import Desk
from lvsc.topology.merge import Named
from lvsc.topology.model import Failover, Host, Origin, Segment, Sync, Vip
from lvsc.words import parse_address

# Each has a priority of its own, from 200 down to 1.
MAX_DIRECTORS = 200


def failovers(
    desk: Desk, named: Iterable[Named], networks: Mapping[str, Segment], directors: Mapping[str, Host]
) -> dict[str, Failover]:
    """The failover groups."""
    found = {item.name: _failover(desk, item, networks, directors) for item in named}
    for group in found.values():
        if group.follows is not None:
            desk.known("failover group", group.follows, group.origin.at("follows"), found)
    _no_circles(desk, found)
    return found


def _no_circles(desk: Desk, groups: Mapping[str, Failover]) -> None:
    """Groups that follow each other follow nobody."""
    seen: set[str] = set()
    for name in groups:
        way: dict[str, None] = {}
        at: str | None = name
        while at is not None and at in groups and at not in seen:
            seen.add(at)
            way[at] = None
            at = groups[at].follows
        if at is not None and at in way:
            circle = list(way)[list(way).index(at) :]
            message = f"failover group `{at}` follows itself"
            if len(circle) > 1:
                message += f" by way of {', '.join(circle[1:4])}" + (" and others" if len(circle) > 4 else "")
            desk.say("contradiction", groups[at].origin.at("follows"), message, "let one lead: remove its `follows`")


def _failover(desk: Desk, item: Named, networks: Mapping[str, Segment], directors: Mapping[str, Host]) -> Failover:
    node, origin = item.node, Origin(item.at, item.node)
    held = _directors(desk, origin, node["directors"], directors)
    gateway_texts = desk.pair(origin, "gateway_address", "gateway_addresses")
    if desk.known("network", node["network"], origin.at("network"), networks):
        _present(desk, held, directors, node["network"], "give it an interface there, or name another network")
        for text, at in gateway_texts:
            address = parse_address(text)
            if address is not None and networks[node["network"]].subnet_of(address) is None:
                desk.outside([address], at, networks[node["network"]])
    sync = node.get("sync")
    if sync and desk.known("network", sync["network"], origin.at("sync", "network"), networks):
        known = {name: origin.at("sync", "network") for name in held}
        _present(desk, known, directors, sync["network"], "sync over a network that all its directors are on")
    return Failover(
        name=item.name,
        directors=tuple(held),
        network=node["network"],
        virtual_router_id=node["virtual_router_id"],
        advert_interval=node.get("advert_interval", 1),
        preempt=node.get("preempt", True),
        unicast=node.get("unicast", False),
        follows=node.get("follows"),
        gateways=desk.addresses(gateway_texts),
        sync=Sync(sync["network"], sync.get("id", node["virtual_router_id"])) if sync else None,
        origin=origin,
    )


def _directors(desk: Desk, origin: Origin, names: list[str], directors: Mapping[str, Host]) -> dict[str, Span]:
    """The directors of a group in order, each with its place."""
    held: dict[str, Span] = {}
    for index, name in enumerate(names):
        at = origin.at("directors", index)
        if name in held:
            notes = [Note(held[name], "it stands here first")]
            desk.say("duplicate-name", at, f"director `{name}` is listed twice", "keep one of the two", notes)
        elif desk.known("director", name, at, directors):
            held[name] = at
    if len(held) > MAX_DIRECTORS:
        message = f"{len(held)} directors, and there are {MAX_DIRECTORS} priorities"
        desk.say("wrong-value", origin.at("directors", MAX_DIRECTORS), message, f"keep {MAX_DIRECTORS} of them at most")
    return held


def _present(desk: Desk, held: Mapping[str, Span], directors: Mapping[str, Host], network: str, remedy: str) -> None:
    """Every director needs an interface there; one with an interface on an unknown network may have meant it."""
    for name, at in held.items():
        host = directors[name]
        complete = host.origin.node is not None and len(host.ports) == len(host.origin.node["interfaces"])
        if complete and host.port_on(network) is None:
            desk.say("contradiction", at, f"director `{name}` is not on network `{network}`", remedy)


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
    said = desk.pair(origin, "address", "addresses")
    addresses = desk.addresses(said)
    group = node.get("failover")
    if "director" in node and group:
        desk.say(
            "contradiction", node.key_span("director"), "`director` and `failover` are both given", "keep `failover`"
        )
    if not said:
        desk.say("missing-key", item.at, f"VIP `{item.name}` has no address", "add `address:`")
    kinds = (
        ("failover", "failover group", groups), ("director", "director", directors), ("network", "network", networks),
    )  # fmt: skip
    known = [desk.known(kind, node[key], origin.at(key), among) for key, kind, among in kinds if key in node]
    if not addresses or not all(known):
        return None
    network = node.get("network") or (groups[group].network if group else _home(desk, item, said, networks))
    if network is None or network not in networks:
        return None
    if "network" not in node:
        _elsewhere(desk, item, said, networks, network)
    return Vip(item.name, addresses, network, group, _holders(node, group, network, directors, groups), origin)


def _elsewhere(
    desk: Desk, item: Named, said: list[tuple[str, Span]], networks: Mapping[str, Segment], network: str
) -> None:
    """A VIP that lives on its failover group's network has an address of it; another must be meant, and said."""
    for text, at in said:
        address = parse_address(text)
        if address is None or networks[network].subnet_of(address) is not None:
            continue
        home = next((name for name, other in networks.items() if other.subnet_of(address) is not None), None)
        if home is None:
            continue
        message = f"VIP {address} is on network `{home}`, its failover group advertises on `{network}`"
        desk.say("address-outside-subnet", at, message, "choose another group, or name the VIP's `network`")


def _home(desk: Desk, item: Named, said: list[tuple[str, Span]], networks: Mapping[str, Segment]) -> str | None:
    """The one network whose subnets hold the VIP."""
    if not all(network.subnets for network in networks.values()):
        return None
    common: list[str] | None = None
    for text, at in said:
        address = parse_address(text)
        if address is None:
            continue
        homes = [name for name, network in networks.items() if network.subnet_of(address) is not None]
        if not homes:
            message, remedy = f"VIP {address} is in the subnet of no network", "choose an address of a network"
            desk.say("address-outside-subnet", at, message, f"{remedy}, or name the VIP's `network`")
            return None
        if common is not None and not set(common) & set(homes):
            message = f"{address} of VIP `{item.name}` is not on network `{common[0]}`, where its first address is"
            desk.say("contradiction", at, message, "make two VIPs of them, or name the VIP's `network`")
            return None
        common = homes if common is None else [name for name in common if name in homes]
    if common is not None and len(common) > 1:
        names = " and ".join(f"`{name}`" for name in common[:2])
        message = f"VIP `{item.name}` is in a subnet of networks {names}"
        desk.say("contradiction", item.at, message, "name the VIP's `network`")
    return common[0] if common else None


def _holders(
    node: Map, group: str | None, network: str, directors: Mapping[str, Host], groups: Mapping[str, Failover]
) -> tuple[str, ...]:
    if group:
        return groups[group].directors
    if "director" in node:
        return (node["director"],)
    return tuple(name for name, director in directors.items() if director.port_on(network) is not None)
