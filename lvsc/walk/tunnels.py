"""Tunnel devices: which one opens a packet, and what goes into one (ip_tunnel.c, ip6_tunnel.c, sit.c, fou.c)."""

from __future__ import annotations

from lvsc.state import Link, LinkKind
from lvsc.walk.errors import error
from lvsc.walk.machine import Machine
from lvsc.walk.packet import Icmp, Packet
from lvsc.walk.skb import Skb
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.walk.world import World

# What each kind opens: the outer version, and the protocol inside.
_OPENS = {
    (4, "ipip"): LinkKind.IPIP,
    (4, "ipv6"): LinkKind.SIT,
    (4, "gre"): LinkKind.GRE,
    (6, "ipip"): LinkKind.IP6TNL,
    (6, "ipv6"): LinkKind.IP6TNL,
    (6, "gre"): LinkKind.IP6GRE,
}
_FALLBACKS = frozenset({"tunl0", "sit0", "gre0", "ip6tnl0", "ip6gre0"})
_INNER = {"ipip": "ipip6", "ipv6": "ip6ip6"}


def receives_gue(machine: Machine, packet: Packet) -> bool:
    """Whether a receiver of GUE has the UDP port."""
    return any(
        link.kind is LinkKind.FOU
        and link.port == packet.dport
        and (link.local is None or link.local.version == packet.version)
        for link in machine.state.links
    )


def open_tunnel(world: World, machine: Machine, skb: Skb) -> None:
    """A tunnelled packet for this host: the device that opens it, or an error."""
    from lvsc.walk.inbound import packet_in

    outer = skb.packet
    assert outer.inner is not None
    protocol = outer.gue if outer.protocol == "udp" else outer.protocol
    kind = _OPENS[outer.version, protocol]
    device = _device(machine, kind, outer)
    if device is None:
        fact = Fact(FactKind.LINK, kind.value, "no device that is up")
        world.tell(machine, skb.device or "", f"no {kind.value} device opens it", outer, fact, End.NOT_OPENED)
        error(world, machine, skb, Icmp.PORT_UNREACHABLE)
        return
    refused = _refuses(machine, device, outer, protocol)
    if refused is not None:
        world.tell(machine, device.name, "the tunnel device does not take it", outer, refused, End.NOT_OPENED)
        return
    world.tell(machine, device.name, "opens it", outer, Fact(FactKind.LINK, device.name, kind.value))
    packet_in(world, machine, Skb(outer.inner, device.name))


def _device(machine: Machine, kind: LinkKind, outer: Packet) -> Link | None:
    """ip_tunnel_lookup(): both ends stated, then the remote, then the local one, then the fallback device."""
    links = [link for link in machine.links.values() if link.kind is kind and link.up]

    def rank(link: Link) -> int | None:
        if link.remote not in (None, outer.src) or link.local not in (None, outer.dst):
            return None
        if link.name in _FALLBACKS or (link.remote is None and link.local is None):
            return 3 if link.name not in _FALLBACKS else 4
        return 0 if link.remote and link.local else 1 if link.remote else 2

    ranked = [(rank(link), index) for index, link in enumerate(links)]
    found = min(((place, index) for place, index in ranked if place is not None), default=None)
    return links[found[1]] if found is not None else None


def _refuses(machine: Machine, device: Link, outer: Packet, protocol: str) -> Fact | None:
    """What an ip6tnl is too choosy for: another protocol inside, or a far end that is this host's own address."""
    if device.kind is not LinkKind.IP6TNL:
        return None
    mode = device.mode or ("ip6ip6" if device.name == "ip6tnl0" else "any")
    if mode not in ("any", _INNER[protocol]):
        return Fact(FactKind.LINK, device.name, f"mode {mode}")
    if machine.has_address(outer.src):
        return Fact(FactKind.ADDRESS, str(outer.src), "its own")
    return None


def into_tunnel(world: World, machine: Machine, link: Link, packet: Packet) -> None:
    """A packet routed into a tunnel device: without a far end it goes nowhere; with one it is wrapped and sent."""
    from lvsc.walk.outbound import local_out, source_for
    from lvsc.walk.packet import IP_HEADER, What

    if link.remote is None:
        fact = Fact(FactKind.LINK, link.name, "no far end")
        world.tell(machine, link.name, f"{link.name} has no far end", packet, fact, End.SENT_NOWHERE)
        return
    source = link.local or source_for(world, machine, link.remote)
    if source is None or (packet.talk.hops and len(packet.talk.hops) > 200):
        world.tell(machine, link.name, f"has no route to {link.remote}", packet, None, End.NO_ROUTE)
        return
    protocol = "gre" if link.kind in (LinkKind.GRE, LinkKind.IP6GRE) else "ipip" if packet.version == 4 else "ipv6"
    outer = Packet(
        source, link.remote, protocol, What.TUNNELLED, packet.talk, size=packet.size + IP_HEADER[link.remote.version],
        inner=packet, reply=packet.reply, gue="ipip" if packet.version == 4 else "ipv6",
    )  # fmt: skip
    local_out(world, machine, Skb(outer))
