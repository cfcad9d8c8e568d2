"""ICMP errors and redirects that a host sends (net/ipv4/icmp.c, route.c; net/ipv6/icmp.c, ndisc.c)."""

from __future__ import annotations

from lvsc.state import RouteKind
from lvsc.walk.fib import Way
from lvsc.walk.machine import Machine
from lvsc.walk.packet import Icmp, Packet, What
from lvsc.walk.skb import Skb
from lvsc.walk.world import World
from lvsc.words import Address

_SIZE = 96
# net/ipv4/route.c: ip_rt_redirect_number, ip_rt_redirect_load (20 ms at any HZ).
_MOST_REDIRECTS, _LOAD = 9, 0.02
_BURST = 6
_SILENCE = _LOAD * 2 ** (_MOST_REDIRECTS + 1)


def error(world: World, machine: Machine, skb: Skb, kind: Icmp, mtu: int = 0) -> None:
    """Tell the sender of a packet; never about an error, and never from a multicast address."""
    packet = skb.packet
    if packet.icmp is not None:
        return
    source = packet.dst if skb.device is not None and machine.is_local(packet.dst) else None
    if skb.local and source is None and packet.version == 4:
        # It would come from the address asked, which is none of the host's (ip_route_output_key: __ip_dev_find).
        return
    send_error(world, machine, packet, kind, packet.src, source, mtu)


def send_error(
    world: World, machine: Machine, quoted: Packet, kind: Icmp, to: Address, source: Address | None, mtu: int = 0
) -> None:
    """Send an ICMP error that quotes a packet."""
    from lvsc.walk.outbound import local_out, source_for

    bound = source is not None
    source = source or source_for(world, machine, to)
    if source is None:
        return
    message = Packet(
        source, to, "icmp", What.ERROR, quoted.talk, size=_SIZE, df=False,
        inner=quoted, icmp=kind, mtu=mtu, reply=not quoted.reply,
    )  # fmt: skip
    world.tell(machine, "", f"tells {to}: {kind.value}", message)
    local_out(world, machine, Skb(message), bound)


def redirect(world: World, machine: Machine, skb: Skb, way: Way) -> None:
    """ip_rt_send_redirect(), and what ip6_forward() does."""
    packet, gateway = skb.packet, way.gateway or skb.packet.dst
    if packet.version == 4 and machine.filters.maps and skb.ct is not None and not skb.ct.confirmed:
        # Seen in the kernel: it carries the packet's connection (icmp_glue_bits) through the translation rules, and
        # nobody believes what comes out.
        return
    if packet.version == 4 and _may4(world, machine, packet.src):
        _redirect4(world, machine, packet, gateway)
    elif packet.version == 6 and _may6(world, machine, packet.src):
        _redirect6(world, machine, packet, gateway, way.device)


def _may4(world: World, machine: Machine, to: Address) -> bool:
    """Ever more seldom, as long as nobody listens."""
    count, last = machine.redirected.get(to, (0, float("-inf")))
    if world.now > last + _SILENCE:
        count = 0
    if count >= _MOST_REDIRECTS:
        machine.redirected[to] = (count, world.now)
        return False
    if count and world.now <= last + _LOAD * 2.0**count:
        return False
    machine.redirected[to] = (count + 1, world.now)
    return True


def _may6(world: World, machine: Machine, to: Address) -> bool:
    """One a second, six at once (inet_peer_xrlim_allow)."""
    used, last = machine.redirected.get(to, (0, float("-inf")))
    left = min(_BURST, _BURST - used + world.now - last)
    if left < 1:
        return False
    machine.redirected[to] = (_BURST - left + 1, world.now)
    return True


def _redirect4(world: World, machine: Machine, packet: Packet, gateway: Address) -> None:
    from lvsc.walk.outbound import local_out, source_for

    source = source_for(world, machine, packet.src)
    if source is not None:
        message = Packet(
            source, packet.src, "icmp", What.ERROR, packet.talk, size=_SIZE, df=False,
            inner=packet, icmp=Icmp.REDIRECT, gateway=gateway, reply=packet.reply,
        )  # fmt: skip
        world.tell(machine, "", f"tells {packet.src} to send by {gateway} instead", message)
        local_out(world, machine, Skb(message), bound=False)


def _redirect6(world: World, machine: Machine, packet: Packet, gateway: Address, device: str) -> None:
    """From the link-local address alone, or no host believes it (RFC 4861, 8.1)."""
    from lvsc.walk.neighbours import deliver

    source = machine.link_local_of(device)
    if source is not None:
        message = Packet(
            source, packet.src, "icmp", What.ERROR, packet.talk, size=_SIZE,
            inner=packet, icmp=Icmp.REDIRECT, gateway=gateway, reply=packet.reply,
        )  # fmt: skip
        world.tell(machine, device, f"tells {packet.src} to send by {gateway} instead", message)
        deliver(world, machine, device, packet.src, message)


def take_redirect(world: World, machine: Machine, device: str, message: Packet) -> None:
    """__ip_do_redirect(), rt6_do_redirect(): IPv4 believes only the gateway in use, and only of a known neighbour."""
    from lvsc.walk.machine import Learnt
    from lvsc.walk.neighbours import deliver

    quoted, gateway = message.inner, message.gateway
    assert quoted is not None
    assert gateway is not None
    to = quoted.dst
    way = machine.fibs[to.version].lookup(to, quoted.src if to.version == 6 else None)
    known = machine.exceptions.setdefault(to, Learnt())
    current = known.gateway or (way.gateway if way is not None else None)
    if way is None or way.kind is not RouteKind.UNICAST or gateway == current:
        return
    if to.version == 6:
        if _acceptable6(machine, device, message, current):
            known.gateway, known.device = gateway, device
            world.tell(machine, device, f"sends to {to} by {gateway} from now on", message)
        return
    if current != message.src:
        return
    if not _acceptable(machine, device, gateway, current):
        return
    neighbour = machine.neighbours.get((device, gateway))
    if neighbour is None or neighbour.mac is None:
        probe = Packet(message.dst, gateway, "none", What.ACK, message.talk, reply=message.reply)
        deliver(world, machine, device, gateway, probe)
        return
    known.gateway, known.device = gateway, device
    fact = machine.settings.fact("accept_redirects", device)
    world.tell(machine, device, f"sends to {to} by {gateway} from now on", message, fact)


def _acceptable6(machine: Machine, device: str, message: Packet, current: Address | None) -> bool:
    """rt6_do_redirect(): to the destination itself or a link-local router; TCP does not ask whose redirect it is."""
    quoted, gateway, settings = message.inner, message.gateway, machine.settings
    assert quoted is not None
    assert gateway is not None
    if settings.own6("forwarding", device) or not settings.own6("accept_redirects", device):
        return False
    if gateway != quoted.dst and not gateway.is_link_local:
        return False
    return quoted.protocol == "tcp" or current == message.src


def _acceptable(machine: Machine, device: str, gateway: Address, current: Address) -> bool:
    settings = machine.settings
    if not settings.accepts_redirects(device):
        return False
    if settings.either("shared_media", device):
        way = machine.fibs[4].lookup(gateway)
        return way is not None and way.kind is RouteKind.UNICAST
    return machine.on_link(device, gateway, current)
