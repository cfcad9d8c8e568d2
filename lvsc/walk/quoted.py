"""ICMP errors about balanced connections, told on to client or real server (ip_vs_core.c: ip_vs_in_icmp)."""

from __future__ import annotations

from lvsc.walk.errors import send_error
from lvsc.walk.ipvs import Entry
from lvsc.walk.machine import Learnt, Machine
from lvsc.walk.packet import IP_HEADER, Icmp, Packet, What, changed
from lvsc.walk.skb import Skb
from lvsc.walk.trace import Fact, FactKind
from lvsc.walk.world import World
from lvsc.words import ForwardingMethod

_TOLD_ON = frozenset({
    Icmp.NET_UNREACHABLE, Icmp.HOST_UNREACHABLE, Icmp.PORT_UNREACHABLE, Icmp.PROHIBITED, Icmp.TOO_BIG,
    Icmp.TIME_EXCEEDED,
})  # fmt: skip


def error_in(world: World, machine: Machine, skb: Skb) -> bool:
    """Whether an ICMP message goes on to the host's own stack."""
    message = skb.packet
    about = message.inner
    if about is None or message.icmp not in _TOLD_ON:
        return True
    if about.what is What.TUNNELLED:
        return not _of_tunnel(world, machine, skb, about)
    entry = machine.table.request((about.protocol, about.dst, about.dport, about.src, about.sport))
    if entry is None:
        return True
    return _to_server(world, machine, skb, entry, about)


def _of_tunnel(world: World, machine: Machine, skb: Skb, about: Packet) -> bool:
    """An error about the outer packet, IPv4 only: the client hears of its own."""
    message, inner = skb.packet, about.inner
    assert inner is not None
    assert message.icmp is not None
    if about.version == 6:
        return False
    entry = machine.table.request((inner.protocol, inner.src, inner.sport, inner.dst, inner.dport))
    if entry is None or inner.version == 6:
        return False
    mtu = message.mtu
    if message.icmp is Icmp.TOO_BIG:
        known = machine.exceptions.setdefault(about.dst, Learnt())
        known.mtu = min(mtu, known.mtu or mtu)
        mtu -= IP_HEADER[4] + about.size - inner.size - IP_HEADER[4]
    fact = Fact(FactKind.SERVICE, str(entry.service.entry))
    world.tell(
        machine, skb.device or "", f"tells the client what it heard of the tunnel: {message.icmp.value}", message, fact
    )
    send_error(world, machine, inner, message.icmp, inner.src, inner.dst, mtu)
    return True


def _to_server(world: World, machine: Machine, skb: Skb, entry: Entry, about: Packet) -> bool:
    """ip_vs_icmp_xmit(): an error about an answer goes to the real server that gave it."""
    from lvsc.walk.transmit import transmit

    target = entry.dest.entry
    skb.entry = entry
    if entry.method is ForwardingMethod.NAT:
        inner = changed(about, src=target.address, sport=entry.dport)
        skb.packet = changed(skb.packet, inner=inner)
    return transmit(world, machine, skb, entry)


def error_out(world: World, machine: Machine, skb: Skb) -> None:
    """An error of a NAT real server about a request: the client hears it from the VIP, about what it sent."""
    message = skb.packet
    about = message.inner
    if about is None or message.icmp not in _TOLD_ON or about.what is What.TUNNELLED:
        return
    entry = machine.table.answer((about.protocol, about.dst, about.dport, about.src, about.sport))
    if entry is None or entry.method is not ForwardingMethod.NAT:
        return
    skb.ipvs, skb.entry = True, entry
    inner = changed(about, dst=entry.vip, dport=entry.vport)
    skb.packet = changed(message, src=entry.vip, inner=inner)
