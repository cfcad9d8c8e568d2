"""All devices, addresses, routes, policy rules and neighbours of a live host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lvsc.kernel import network, receivers
from lvsc.kernel import network_state as said
from lvsc.kernel.network_state import Message, Names
from lvsc.state import Held, Link, LinkKind, Neighbour, PolicyRule, Route
from lvsc.words import parse_address

# What the kernel makes with a namespace or a module; down, they do nothing.
_BY_ITSELF = frozenset({
    "tunl0", "sit0", "ip6tnl0", "gre0", "gretap0", "erspan0", "ip6gre0", "ip_vti0", "ip6_vti0",
})  # fmt: skip
# Devices that carry frames as an ethernet does.
_ALIKE = frozenset({"ethernet", "veth", "bond", "team", "tun", "ipvlan"})
_KNOWN = frozenset(kind.value for kind in LinkKind)


class Network(NamedTuple):
    """What a host has; `unmodelled` names what HostState has no word for."""

    links: tuple[Link, ...]
    addresses: tuple[Held, ...]
    routes: tuple[Route, ...]
    rules: tuple[PolicyRule, ...]
    neighbours: tuple[Neighbour, ...]
    unmodelled: tuple[str, ...]


def whole() -> Network:
    """Read it. What the kernel makes by itself (connected routes, link-local addresses) is left out."""
    found, addresses = network.dump("links"), network.dump("addresses")
    used = {each["index"] for each in addresses}
    found = [each for each in found if not _idle(each, used)]
    names = network.names(found)
    strange = [text for text in map(_other_kind, found) if text]
    rules, odd = _rules()
    routes, several = _routes(names)
    return Network(
        tuple(_links(found, names)),
        tuple(_addresses(found, addresses, names, strange)),
        routes,
        rules,
        tuple(_neighbours(names)),
        (*strange, *several, *odd),
    )


def _idle(message: Message, used: set[int]) -> bool:
    return message["IFLA_IFNAME"] in _BY_ITSELF and not message["flags"] & said.IFF_UP and message["index"] not in used


def _other_kind(message: Message) -> str | None:
    kind = said.kind(message)
    return None if kind in _ALIKE | _KNOWN else f"device {message['IFLA_IFNAME']} is a {kind}"


def _links(found: Sequence[Message], names: Names) -> Iterator[Link]:
    bridges = frozenset(each["index"] for each in found if said.kind(each) == "bridge")
    for each in found:
        yield said.link(each, names, bridges)
    for name, value in receivers.read().items():
        yield Link(name, LinkKind.FOU, local=parse_address(value.local), port=value.port)


def _addresses(
    found: Sequence[Message], addresses: Sequence[Message], names: Names, strange: list[str]
) -> Iterator[Held]:
    macs = {each["index"]: each.get("IFLA_ADDRESS") for each in found}
    for each in addresses:
        held = said.address(each, names)
        if each.get("IFA_FLAGS", each["flags"]) & said.DADFAILED:
            strange.append(f"address {held.ip} on {held.device} is not used: somebody else has it (duplicate)")
        elif not said.made_by_kernel(each, held, macs.get(each["index"])):
            yield held


def _routes(names: Names) -> tuple[tuple[Route, ...], list[str]]:
    routes, strange = [], []
    for each in network.dump("routes"):
        route = said.route(each, names)
        if route is not None:
            routes.append(route)
            if len(each.get("RTA_MULTIPATH") or ()) > 1:
                strange.append(f"the route to {route.to} has several ways")
    return tuple(routes), strange


def _rules() -> tuple[tuple[PolicyRule, ...], list[str]]:
    found = [said.rule(each) for each in network.dump("rules")]
    return tuple(each for each in found if isinstance(each, PolicyRule)), [
        each for each in found if isinstance(each, str)
    ]


def _neighbours(names: Names) -> Iterator[Neighbour]:
    for each in network.dump("neighbours"):
        known = said.neighbour(each, names)
        if known is not None and known.device != "lo":
            yield known
