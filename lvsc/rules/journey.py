"""What the rules about a packet's way share: the hosts that it passes, hop by hop."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from lvsc.graph.routing import NextHop
from lvsc.rules.base import Site
from lvsc.topology import Client, Host
from lvsc.words import Address


class Leg(NamedTuple):
    """One hop: who sends, the network it crosses, and who takes the packet on which device, where that is known."""

    sender: str
    hop: NextHop | None
    network: str | None
    receiver: str | None
    device: str | None


def legs(site: Site, sender: str, target: Address, ends: Collection[str]) -> Iterator[Leg]:
    """The hops from a host to an address, until a host where it may end takes it, or one for the second time."""
    passed: set[str] = set()
    while sender not in passed:
        passed.add(sender)
        hop = site.cluster.next_hop(sender, target)
        network = _network(site, sender, hop)
        receiver, device = _taker(site, target if hop is None else hop.gateway or target, network, ends)
        yield Leg(sender, hop, network, receiver, device)
        if receiver is None or receiver in ends or hop is None or hop.gateway is None:
            return
        sender = receiver


class Lost(NamedTuple):
    """The host at which a packet is lost; what it does with the packet, before and after its destination is named."""

    host: str
    does: str
    how: str


def lost(site: Site, sender: str, target: Address, ends: Collection[str]) -> Lost | None:
    """What keeps a packet from its end; None where it arrives, and where nobody has said who is there."""
    *_, last = legs(site, sender, target, ends)
    if last.hop is None:
        return Lost(last.sender, "has no route to", "")
    if last.hop.device is None:
        return Lost(last.sender, "sends what is for", f" to {last.hop.gateway}, which is on none of its networks")
    if last.receiver in ends:
        return None
    if last.hop.gateway is None:
        return Lost(last.sender, "looks for", f" on network {last.network}, where it is not") if ends else None
    return Lost(last.sender, "sends what is for", " in a circle") if last.receiver is not None else None


def declared(site: Site, name: str) -> Host | Client | None:
    """The host or client of this name; None where lvsc has made it up."""
    topology = site.topology
    for among in (topology.routers, topology.directors, topology.real_servers, topology.clients):
        if name in among:
            return among[name]
    return None


def called(host: Host | Client) -> str:
    """`router core`."""
    return f"{host.role.value if isinstance(host, Host) else 'client'} {host.name}"


def _network(site: Site, sender: str, hop: NextHop | None) -> str | None:
    device = hop.device if hop is not None else None
    return next((link.segment for link in site.hosts[sender].links if link.name == device), None)


def _taker(site: Site, address: Address, network: str | None, ends: Collection[str]) -> tuple[str | None, str | None]:
    """Who has an address and is on the network, one of the ends first, and its device there."""
    if network is None:
        return None, None
    near = [
        (name, link.name)
        for name, _ in site.cluster.owners.get(address, ())
        for link in site.hosts[name].links_on(network)
    ]
    return next((each for each in near if each[0] in ends), near[0] if near else (None, None))
