"""Address translation rules: masquerading, SNAT, DNAT (net/netfilter/nf_nat_core.c, nf_nat_masquerade.c)."""

from __future__ import annotations

from lvsc.state import Act, FilterRule
from lvsc.walk.machine import Machine
from lvsc.walk.packet import changed
from lvsc.walk.skb import Skb
from lvsc.walk.trace import Fact, FactKind
from lvsc.walk.world import World
from lvsc.words import Address


def map_address(world: World, machine: Machine, skb: Skb, rule: FilterRule, device: str) -> None:
    """Give the packet's connection its translation; a packet that is not tracked passes as it is."""
    track, packet = skb.ct, skb.packet
    if track is None or skb.untracked:
        return
    proto, dst, dport, src, sport = track.answer
    to = rule.to or _own(machine, device, packet.dst)
    if to is None:
        return
    if rule.act is Act.DNAT:
        machine.tracker.expect_answer(track, (proto, to, dport, src, sport))
        track.destination_mapped = True
        skb.packet = changed(packet, dst=to)
    else:
        machine.tracker.expect_answer(track, (proto, dst, dport, to, sport))
        track.source_mapped = True
        skb.packet = changed(packet, src=to)
    fact = Fact(FactKind.FILTER, rule.act.value, str(to))
    world.tell(machine, device, f"translates it by {rule.act.value} to {to}", skb.packet, fact)


def _own(machine: Machine, device: str, to: Address) -> Address | None:
    """What masquerading takes: the address of the device it leaves by, towards the next hop."""
    if to.version == 6:
        return machine.select6(to, device, float("inf"), device)
    way = machine.fibs[4].lookup(to)
    return machine.select(device, way.gateway if way is not None else None)
