"""A packet arrives: filters, routing, then the host itself or onward (ip_input.c, ip_forward.c, ip6_output.c)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lvsc.state import Act, Chain, Hook
from lvsc.walk.errors import error, redirect
from lvsc.walk.machine import Machine
from lvsc.walk.neighbours import deliver
from lvsc.walk.packet import Icmp, changed
from lvsc.walk.routing import InputRoute, input_route
from lvsc.walk.skb import Skb
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.walk.track import translate
from lvsc.walk.world import World

# include/uapi/linux/netfilter_ipv4.h
CONNTRACK, NAT_DST, NAT_SRC = -200, -100, 100
_IPVS_IN, _IPVS_OUT_LOCAL, _IPVS_FORWARD = 99, 98, 100

Handler = Callable[[World, Machine, Skb], bool]


class Place(NamedTuple):
    """Where a packet is while a hook's chains look at it."""

    hook: Hook
    device_in: str | None
    device_out: str | None


def packet_in(world: World, machine: Machine, skb: Skb) -> None:
    """ip_rcv(), ipv6_rcv()."""
    device = skb.device
    assert device is not None
    if not pass_hook(world, machine, skb, Place(Hook.PREROUTING, device, None)):
        return
    if machine.tracks and translate(skb, source=False):
        world.tell(machine, device, f"translates the destination to {skb.packet.dst}", skb.packet)
    route = input_route(machine, device, skb.packet.dst, skb.packet.src, skb.mark)
    if route.end is not None:
        _refuse(world, machine, skb, route)
    elif route.local:
        local_in(world, machine, skb)
    else:
        forward(world, machine, skb, route)


def _refuse(world: World, machine: Machine, skb: Skb, route: InputRoute) -> None:
    assert route.end is not None
    assert skb.device is not None
    world.tell(machine, skb.device, f"drops it: {route.end.value}", skb.packet, route.fact, route.end)
    if route.answers:
        error(world, machine, skb, Icmp.NET_UNREACHABLE if route.way is None else Icmp.HOST_UNREACHABLE)


def local_in(world: World, machine: Machine, skb: Skb) -> None:
    """ip_local_deliver(): filters, IPVS, then the host's own stack."""
    from lvsc.walk.ends import own_stack

    skb.local = skb.device != "lo"
    if pass_hook(world, machine, skb, Place(Hook.INPUT, skb.device, None)):
        machine.tracker.confirm(skb)
        own_stack(world, machine, skb)


def forward(world: World, machine: Machine, skb: Skb, route: InputRoute) -> None:
    """ip_forward(), ip6_forward()."""
    way, packet = route.way, skb.packet
    assert way is not None
    if packet.ttl <= 1:
        world.tell(machine, way.device, "its hop limit is reached", packet, None, End.LOOP)
        error(world, machine, skb, Icmp.TIME_EXCEEDED)
        return
    mtu = path_mtu(machine, way.device, packet.dst, way.mtu)
    if packet.size > mtu and (packet.df or packet.version == 6):
        fact = Fact(FactKind.LINK, way.device, f"mtu {mtu}")
        world.tell(machine, way.device, f"it is larger than {mtu} bytes", packet, fact, End.TOO_BIG)
        error(world, machine, skb, Icmp.TOO_BIG, mtu)
        return
    if route.redirects:
        redirect(world, machine, skb, way)
    skb.packet = changed(packet, ttl=packet.ttl - 1)
    if not pass_hook(world, machine, skb, Place(Hook.FORWARD, skb.device, way.device)):
        return
    if skb.packet.src != packet.src and machine.settings.get("net/ipv4/vs/snat_reroute", 1):
        # ip_vs_route_me_harder(): a reply is routed by the source that it has now.
        again = machine.fibs[packet.version].lookup(packet.dst, skb.packet.src, skb.mark)
        if again is None:
            fact = Fact(FactKind.ROUTE, str(packet.dst), "no route")
            world.tell(machine, "", f"has no route to {packet.dst}", skb.packet, fact, End.NO_ROUTE)
            return
        way = again
    hop = next_hop(machine, way.device, way.gateway, skb.packet.dst)
    world.tell(machine, hop[0], f"forwards it to {hop[1]}", skb.packet, way.fact)
    leave(world, machine, skb, *hop)


def next_hop(machine: Machine, device: str, gateway: object, to: object) -> tuple[str, object]:
    """The device and next hop, unless a redirect taught another one for this destination."""
    known = machine.exceptions.get(to)  # type: ignore[call-overload]
    if known is not None and known.gateway is not None and gateway is not None:
        return known.device or device, known.gateway
    return device, gateway if gateway is not None else to


def path_mtu(machine: Machine, device: str, to: object, stated: int) -> int:
    """The largest packet towards a destination that the host knows of."""
    known = machine.exceptions.get(to)  # type: ignore[call-overload]
    mtu = min(stated or machine.mtu(device), machine.mtu(device))
    return min(mtu, known.mtu) if known is not None and known.mtu else mtu


def leave(world: World, machine: Machine, skb: Skb, device: str, hop: object) -> None:
    """ip_output(): the last filters, translation of the source, then the neighbour."""
    if not pass_hook(world, machine, skb, Place(Hook.POSTROUTING, None, device)):
        return
    if machine.tracks:
        translate(skb, source=True)
        machine.tracker.confirm(skb)
    deliver(world, machine, device, hop, skb.packet, skb.mark)  # type: ignore[arg-type]


def pass_hook(world: World, machine: Machine, skb: Skb, place: Place) -> bool:
    """Everything that looks at a packet at one hook, by priority; whether it goes on."""
    for _, look in _lookers(machine, place.hook):
        if isinstance(look, Chain):
            if not _chain(world, machine, skb, look, place):
                return False
        elif not look(world, machine, skb):
            return False
    return True


def _lookers(machine: Machine, hook: Hook) -> list[tuple[int, Chain | Handler]]:
    known = machine.hooks.get(hook)
    if known is None:
        known = machine.hooks[hook] = sorted(_all_lookers(machine, hook), key=lambda item: item[0])
    return known


def _all_lookers(machine: Machine, hook: Hook) -> Iterator[tuple[int, Chain | Handler]]:
    from lvsc.walk import director

    yield from ((chain.priority, chain) for chain in machine.filters.chains[hook])
    if machine.tracks and hook in (Hook.PREROUTING, Hook.OUTPUT):
        yield CONNTRACK, _track
    if not machine.table.enabled:
        return
    if hook is Hook.INPUT:
        yield _IPVS_OUT_LOCAL, director.replies
        yield _IPVS_IN, director.requests
    elif hook is Hook.OUTPUT:
        yield NAT_DST + 1, director.replies
        yield NAT_DST + 2, director.requests
    elif hook is Hook.FORWARD:
        yield _IPVS_IN, director.forwarded_errors
        yield _IPVS_FORWARD, director.replies


def _track(world: World, machine: Machine, skb: Skb) -> bool:
    # Over lo it is tracked already.
    if not skb.ipvs and skb.ct is None:
        machine.tracker.track(skb)
    return True


def _chain(world: World, machine: Machine, skb: Skb, chain: Chain, place: Place) -> bool:
    from lvsc.walk.mapping import map_address

    if chain.nat and (skb.ct is None or skb.ct_state != "new" or skb.ct.source_mapped or skb.ct.destination_mapped):
        return True
    met = machine.filters.meet(chain, skb, place.device_in, place.device_out)
    if met is None or (met.act is Act.ACCEPT and not (met.rule is not None and met.rule.unmodelled)):
        return True
    where = place.device_out or place.device_in or ""
    if met.rule is not None and met.rule.unmodelled:
        world.unmodelled(machine, where, met.rule.unmodelled, skb.packet)
        return False
    if met.act in (Act.DROP, Act.REJECT):
        world.tell(
            machine, where, f"its packet filter drops it in {place.hook.value}", skb.packet, met.fact, End.FILTERED
        )
        if met.act is Act.REJECT:
            error(world, machine, skb, Icmp.PORT_UNREACHABLE)
        return False
    assert met.rule is not None
    map_address(world, machine, skb, met.rule, where)
    return True
