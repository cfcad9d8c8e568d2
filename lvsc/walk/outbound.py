"""A packet of a host's own: the route, the source, filters, and out (net/ipv4/ip_output.c, net/ipv6/ip6_output.c)."""

from __future__ import annotations

from dataclasses import replace

from lvsc.state import Hook, RouteKind, Scope
from lvsc.walk.fib import Way
from lvsc.walk.inbound import Place, leave, local_in, next_hop, pass_hook, path_mtu
from lvsc.walk.machine import Machine
from lvsc.walk.skb import Skb
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.walk.world import World
from lvsc.words import Address


def source_for(world: World, machine: Machine, to: Address) -> Address | None:
    """The source that the kernel chooses for a destination, None without a route."""
    way = machine.fibs[to.version].lookup(to)
    if way is None or way.kind not in (RouteKind.UNICAST, RouteKind.LOCAL):
        return None
    if way.source is not None:
        return way.source
    if to.version == 6:
        return machine.select6(to, None, world.now, way.device)
    if way.kind is RouteKind.LOCAL:
        return to
    return machine.select(way.device, way.gateway, Scope.GLOBAL if way.gateway is not None else Scope.LINK)


def route_out(machine: Machine, skb: Skb, bound: bool) -> Way | None:
    """ip_route_output_key(): policy rules see the source only of what was bound to one before."""
    packet = skb.packet
    return machine.fibs[packet.version].lookup(packet.dst, packet.src if bound else None, skb.mark)


def local_out(world: World, machine: Machine, skb: Skb, bound: bool = True) -> None:
    """Send what the host itself made: routing, LOCAL_OUT, and on; `bound`: its source was not chosen by the route."""
    packet = skb.packet
    way = route_out(machine, skb, bound)
    if way is None or way.kind not in (RouteKind.UNICAST, RouteKind.LOCAL):
        fact = way.fact if way is not None else Fact(FactKind.ROUTE, str(packet.dst), "no route")
        world.tell(machine, "", f"has no route to {packet.dst}", packet, fact, End.NO_ROUTE)
        return
    out = "lo" if way.kind is RouteKind.LOCAL else way.device
    if not pass_hook(world, machine, skb, Place(Hook.OUTPUT, None, out)):
        return
    moved = skb.packet.src != packet.src and machine.settings.get("net/ipv4/vs/snat_reroute", 1)
    if moved if skb.ipvs else (skb.packet.dst, skb.packet.src) != (packet.dst, packet.src):
        way = route_out(machine, skb, True) or way
    finish_out(world, machine, skb, way)


def finish_out(world: World, machine: Machine, skb: Skb, way: Way) -> None:
    """Round to the host itself, or to the next hop."""
    packet = skb.packet
    if way.kind is RouteKind.LOCAL:
        world.tell(machine, "lo", f"{packet.dst} is an address of its own", packet, way.fact)
        machine.tracker.confirm(skb)
        inside = replace(skb, device="lo")
        # Over lo a packet meets the filters once more, as if it came from outside.
        if pass_hook(world, machine, inside, Place(Hook.PREROUTING, "lo", None)):
            local_in(world, machine, inside)
        return
    device, hop = next_hop(machine, way.device, way.gateway, packet.dst)
    mtu = path_mtu(machine, device, packet.dst, way.mtu)
    if packet.size > mtu and (packet.df or packet.version == 6) and packet.inner is None:
        fact = Fact(FactKind.LINK, device, f"mtu {mtu}")
        world.tell(machine, device, f"it is larger than {mtu} bytes", packet, fact, End.TOO_BIG)
        return
    world.tell(machine, device, f"sends it to {hop}", packet, way.fact)
    leave(world, machine, skb, device, hop)
