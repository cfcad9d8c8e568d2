"""How a director hands a packet to a real server (ip_vs_xmit.c)."""

from __future__ import annotations

from lvsc.state import Destination, Hook, RouteKind, Scope
from lvsc.walk.errors import error
from lvsc.walk.fib import Way
from lvsc.walk.inbound import Place, leave, next_hop, pass_hook, path_mtu
from lvsc.walk.ipvs import Entry
from lvsc.walk.machine import Machine
from lvsc.walk.packet import IP_HEADER, Icmp, Packet, What, changed
from lvsc.walk.skb import Skb
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.walk.world import World
from lvsc.words import Address, ForwardingMethod, TunnelType

_LEAST_MTU = {4: 68, 6: 1280}
# GRE's header without options; UDP and GUE's.
_EXTRA = {TunnelType.IPIP: 0, TunnelType.GRE: 4, TunnelType.GUE: 12}
_INSIDE = {4: "ipip", 6: "ipv6"}


def transmit(world: World, machine: Machine, skb: Skb, entry: Entry) -> bool:
    """Send to the real server; True where that is the director itself, and the packet goes on there."""
    target = entry.dest.entry
    way = machine.fibs[target.address.version].lookup(target.address)
    if way is None or way.kind not in (RouteKind.UNICAST, RouteKind.LOCAL):
        fact = way.fact if way is not None else Fact(FactKind.ROUTE, str(target.address), "no route")
        world.tell(machine, "", f"has no route to real server {target.address}", skb.packet, fact, End.NO_ROUTE)
        error(world, machine, skb, Icmp.HOST_UNREACHABLE)
        return False
    if way.kind is RouteKind.LOCAL:
        return _to_itself(world, machine, skb, entry)
    if skb.packet.src.is_loopback:
        fact = Fact(FactKind.ADDRESS, str(skb.packet.src))
        world.tell(machine, "", "sends nothing with a loopback source", skb.packet, fact, End.REFUSED_BY_IPVS)
        return False
    if not _fits(world, machine, skb, target, way):
        return False
    if entry.method is ForwardingMethod.TUN:
        return _tunnel(world, machine, skb, entry, way)
    if entry.method is ForwardingMethod.NAT:
        _translate(machine, skb, entry)
    return _send(world, machine, skb, entry, way)


def _to_itself(world: World, machine: Machine, skb: Skb, entry: Entry) -> bool:
    target = entry.dest.entry
    if entry.method is not ForwardingMethod.NAT:
        taken(skb, entry)
        return True
    if target.address.is_loopback and skb.device not in (None, "lo"):
        fact = Fact(FactKind.SERVICE, str(entry.service.entry), str(target.address))
        world.tell(
            machine, skb.device or "", "IPVS does not translate to loopback", skb.packet, fact, End.REFUSED_BY_IPVS
        )
        return False
    _translate(machine, skb, entry)
    taken(skb, entry)
    return True


def taken(skb: Skb, entry: Entry) -> None:
    """IPVS is done with the packet; conntrack follows it no more, unless vs.conntrack says so (ip_vs_notrack)."""
    skb.ipvs = True
    if not entry.tracked and skb.ct is not None:
        skb.ct, skb.untracked, skb.ct_state = None, True, "untracked"


def _fits(world: World, machine: Machine, skb: Skb, target: Destination, way: Way) -> bool:
    """The hop limit and the packet's size, __ip_vs_get_out_rt()."""
    packet = skb.packet
    if packet.ttl <= 1:
        world.tell(machine, way.device, "its hop limit is reached", packet, None, End.LOOP)
        error(world, machine, skb, Icmp.TIME_EXCEEDED)
        return False
    skb.packet = packet = changed(packet, ttl=packet.ttl - 1)
    mtu = path_mtu(machine, way.device, target.address, way.mtu)
    tunnel = target.method is ForwardingMethod.TUN
    if tunnel:
        version = target.address.version
        mtu -= IP_HEADER[version] + _EXTRA[target.tunnel]
        if mtu < _LEAST_MTU[version]:
            fact = Fact(FactKind.LINK, way.device, f"mtu {machine.mtu(way.device)}")
            world.tell(machine, way.device, f"leaves {mtu} bytes in the tunnel", packet, fact, End.TOO_BIG)
            return False
        if packet.version == 4 and not machine.settings.get("net/ipv4/vs/pmtu_disc", 1):
            return True
    if packet.size > mtu and (packet.df or packet.version == 6) and packet.icmp is None:
        fact = Fact(FactKind.LINK, way.device, f"room for {mtu} bytes")
        world.tell(machine, way.device, f"it is larger than {mtu} bytes", packet, fact, End.TOO_BIG)
        error(world, machine, skb, Icmp.TOO_BIG, mtu)
        return False
    return True


def _translate(machine: Machine, skb: Skb, entry: Entry) -> None:
    target = entry.dest.entry
    skb.packet = changed(skb.packet, dst=target.address, dport=entry.dport)
    if skb.ct is not None and entry.tracked and not skb.ct.confirmed:
        answer = (entry.protocol, target.address, entry.dport, entry.client, entry.cport)
        machine.tracker.expect_answer(skb.ct, answer)


def _send(world: World, machine: Machine, skb: Skb, entry: Entry, way: Way) -> bool:
    """Through LOCAL_OUT and out; direct routing changes nothing but the next hop."""
    from lvsc.walk.outbound import finish_out

    taken(skb, entry)
    target = entry.dest.entry
    if not pass_hook(world, machine, skb, Place(Hook.OUTPUT, None, way.device)):
        return False
    if entry.tracked and entry.method is ForwardingMethod.NAT and machine.filters.maps:
        # nf_nat_ipv4_local_fn(): what seems translated is routed again, now with its mark.
        again = machine.fibs[skb.packet.version].lookup(skb.packet.dst, skb.packet.src, skb.mark)
        if again is not None and again.kind is RouteKind.LOCAL:
            finish_out(world, machine, skb, again)
            return False
    device, hop = next_hop(machine, way.device, way.gateway, target.address)
    world.tell(machine, device, f"sends it by {entry.method.value} to {target.address}", skb.packet, way.fact)
    leave(world, machine, skb, device, hop)
    return False


def _tunnel(world: World, machine: Machine, skb: Skb, entry: Entry, way: Way) -> bool:
    """ip_vs_tunnel_xmit(): the outer source is what the route or the device prefers."""
    target, inner = entry.dest.entry, skb.packet
    source = _outer_source(world, machine, target.address, way)
    size = inner.size + IP_HEADER[target.address.version] + _EXTRA[target.tunnel]
    if target.address.version == 6:
        # What may be fragmented is, by the director itself: routers of IPv6 fragment nothing.
        size = min(size, path_mtu(machine, way.device, target.address, way.mtu))
    if source is None:
        world.tell(machine, way.device, "has no source for the tunnel", inner, way.fact, End.NO_ROUTE)
        return False
    outer = Packet(
        source, target.address, _carrier(target, inner), What.TUNNELLED, inner.talk,
        dport=target.tunnel_port or 0 if target.tunnel is TunnelType.GUE else 0,
        size=size,
        df=inner.df and bool(machine.settings.get("net/ipv4/vs/pmtu_disc", 1)),
        ttl=inner.ttl, inner=inner, reply=inner.reply,
        gue=_INSIDE[inner.version] if target.tunnel is not TunnelType.IPIP else "",
    )  # fmt: skip
    outside = Skb(outer, None, None, skb.mark, True, entry=entry, ipvs=True)
    if entry.tracked:
        machine.tracker.confirm(skb)
    if not pass_hook(world, machine, outside, Place(Hook.OUTPUT, None, way.device)):
        return False
    device, hop = next_hop(machine, way.device, way.gateway, target.address)
    world.tell(machine, device, f"sends it by {target.tunnel.value} to {target.address} as {source}", outer, way.fact)
    leave(world, machine, outside, device, hop)
    return False


def _carrier(target: Destination, inner: Packet) -> str:
    return {TunnelType.GRE: "gre", TunnelType.GUE: "udp"}.get(target.tunnel, _INSIDE[inner.version])


def _outer_source(world: World, machine: Machine, to: Address, way: Way) -> Address | None:
    if to.version == 6:
        return way.source or machine.select6(to, way.device, world.now, way.device)
    scope = Scope.GLOBAL if way.gateway is not None else Scope.LINK
    return way.source or machine.select(way.device, way.gateway, scope)
