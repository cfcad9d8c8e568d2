"""Who answers for the next hop: ARP (net/ipv4/arp.c) and neighbour discovery (net/ipv6/ndisc.c)."""

from __future__ import annotations

from lvsc.state import Hook, LinkKind, Scope
from lvsc.walk.filters import Arp
from lvsc.walk.machine import TUNNELS, Machine, Neigh
from lvsc.walk.packet import Packet
from lvsc.walk.routing import input_route
from lvsc.walk.talk import Talk
from lvsc.walk.trace import ANSWERS, ASKS, End, Fact, FactKind, Hop
from lvsc.walk.world import Frame, Nd, World
from lvsc.words import Address

# The kernel's own: a neighbour entry is not changed by unasked messages for a second (neigh: locktime).
_LOCKTIME = 1.0


def deliver(world: World, machine: Machine, device: str, hop: Address, packet: Packet, mark: int = 0) -> None:
    """Send a packet to a next hop on a device; it waits until the neighbour is known."""
    link = machine.links.get(device)
    if link is None or not link.up:
        world.tell(machine, device, "the device is down", packet, Fact(FactKind.LINK, device, "down"), End.DEVICE_DOWN)
        return
    if link.kind in (LinkKind.DUMMY, LinkKind.LOOPBACK):
        fact = Fact(FactKind.LINK, device, link.kind.value)
        world.tell(machine, device, f"{device} leads nowhere", packet, fact, End.SENT_NOWHERE)
        return
    if link.kind in TUNNELS:
        from lvsc.walk.tunnels import into_tunnel

        into_tunnel(world, machine, link, packet)
        return
    known = machine.neighbours.get((device, hop))
    if known is not None and known.mac is not None:
        _out(world, machine, device, known.mac, packet, mark)
        return
    if known is None:
        known = machine.neighbours[device, hop] = Neigh(None, world.now)
        world.pending.append((machine, device, hop))
    known.waiting.append((packet, mark))
    if len(known.waiting) == 1:
        _ask(world, machine, device, hop, packet)


def _out(world: World, machine: Machine, device: str, mac: str, packet: Packet, mark: int) -> None:
    from lvsc.walk.wire import send

    send(world, machine, device, Frame(machine.macs[device], mac, packet, packet.talk, mark=mark))


def _ask(world: World, machine: Machine, device: str, hop: Address, packet: Packet) -> None:
    from lvsc.walk.wire import send

    if hop.version == 6:
        source = packet.src if machine.device_has(device, packet.src) else machine.link_local_of(device)
        world.tell(machine, device, f"{ASKS} {hop} as {source}", packet)
        send(world, machine, device, Frame(machine.macs[device], None, Nd(True, source, hop), packet.talk))
        return
    sender = _announced(machine, device, hop, packet)
    if sender is None:
        fact = Fact(FactKind.ADDRESS, device, "no address")
        world.tell(machine, device, f"has no address to ask for {hop} with", packet, fact)
        return
    message = Arp(True, sender, hop, machine.macs[device])
    met, message = machine.filters.meet_arp(Hook.OUTPUT, message)
    if met is not None:
        world.tell(machine, device, f"may not ask who has {hop}", packet, met.fact)
        return
    why = machine.settings.fact("arp_announce", device) if message.sender == packet.src else None
    world.tell(machine, device, f"{ASKS} {hop} as {message.sender}", packet, why)
    send(world, machine, device, Frame(message.sender_mac, None, message, packet.talk))


def _announced(machine: Machine, device: str, hop: Address, packet: Packet) -> Address | None:
    """The sender address of an ARP request: arp_solicit(), for which values but 1 and 2 are 0."""
    mode = machine.settings.most("arp_announce", device)
    own = machine.is_local(packet.src)
    if own and (mode not in (1, 2) or (mode == 1 and machine.on_link(device, hop, packet.src))):
        return packet.src
    return machine.select(device, hop)


def unanswered(world: World) -> None:
    """Nobody answered: what waits is lost, and the next packet asks anew."""
    for machine, device, hop in world.pending:
        known = machine.neighbours.get((device, hop))
        if known is None or known.mac is not None:
            continue
        del machine.neighbours[device, hop]
        for packet, _ in known.waiting:
            fact = Fact(FactKind.NEIGHBOUR, str(hop), "nobody answers")
            world.tell(machine, device, f"nobody answers for {hop}", packet, fact, End.NO_NEIGHBOUR)
    world.pending.clear()


def _learn(world: World, machine: Machine, device: str, address: Address, mac: str, override: bool, make: bool) -> None:
    """neigh_update(): what is known stays unless overridden; packets that waited go out."""
    known = machine.neighbours.get((device, address))
    if known is None:
        if make:
            machine.neighbours[device, address] = Neigh(mac, world.now)
        return
    if known.permanent or (known.mac is not None and known.mac != mac and not override):
        return
    known.mac, known.updated = mac, world.now
    waiting, known.waiting = known.waiting, []
    for packet, mark in waiting:
        if packet.in_pieces:
            world.later(_rest, machine, device, address, mac, packet, mark)
        else:
            _out(world, machine, device, mac, packet, mark)


def _rest(world: World, machine: Machine, device: str, hop: Address, mac: str, packet: Packet, mark: int) -> None:
    """The first fragment went to whoever answered first; by now a second answer may have overridden it."""
    known = machine.neighbours.get((device, hop))
    if known is None or known.mac in (None, mac):
        _out(world, machine, device, mac, packet, mark)
        return
    fact = Fact(FactKind.NEIGHBOUR, str(hop), "two hosts answer")
    world.tell(machine, device, f"sends fragments to {mac} and {known.mac}", packet, fact, End.TORN)


def arp_in(world: World, machine: Machine, device: str, frame: Frame) -> None:
    """arp_process()."""
    message = frame.load
    assert isinstance(message, Arp)
    met, message = machine.filters.meet_arp(Hook.INPUT, message)
    if met is not None:
        return
    if message.request:
        route = input_route(machine, device, message.target, message.sender, 0)
        if route.end is None and route.local and not (route.way is not None and route.way.broadcast):
            if not _keeps_silent(machine, device, message):
                _learn(world, machine, device, message.sender, message.sender_mac, True, True)
                _answer(world, machine, device, message, frame)
            return
        if route.end is None and not route.local and _proxies(machine, device, route.out):
            _learn(world, machine, device, message.sender, message.sender_mac, True, True)
            _answer(world, machine, device, message, frame)
            return
    _overhear(world, machine, device, message, frame)


def _overhear(world: World, machine: Machine, device: str, message: Arp, frame: Frame) -> None:
    """An entry that is there follows what is said, but not within a second, unless the message announces itself."""
    known = machine.neighbours.get((device, message.sender))
    announces = message.sender == message.target
    if announces and machine.settings.either("drop_gratuitous_arp", device):
        return
    accepts = machine.settings.most("arp_accept", device) > 0
    if known is None:
        if accepts and announces:
            _learn(world, machine, device, message.sender, message.sender_mac, True, True)
        return
    override = known.mac is None or announces or world.now - known.updated > _LOCKTIME
    _learn(world, machine, device, message.sender, message.sender_mac, override, False)


def _answer(world: World, machine: Machine, device: str, message: Arp, frame: Frame) -> None:
    from lvsc.walk.wire import send

    reply = Arp(False, message.target, message.sender, machine.macs[device])
    met, reply = machine.filters.meet_arp(Hook.OUTPUT, reply)
    if met is None:
        frame.talk.tell(_hop(machine, device, message.target))
        send(world, machine, device, Frame(reply.sender_mac, message.sender_mac, reply, frame.talk))


def _hop(machine: Machine, device: str, target: Address) -> Hop:
    mode = machine.settings.fact("arp_ignore", device) if target.version == 4 else None
    return Hop(machine.name, device, f"{ANSWERS} {target}", f"who has {target}", False, mode)


def _keeps_silent(machine: Machine, device: str, message: Arp) -> bool:
    """arp_ignore() and arp_filter()."""
    mode = machine.settings.most("arp_ignore", device)
    target, sender = message.target, message.sender
    on_device = machine.device_has(device, target)
    if mode in (1, 2) and not on_device:
        return True
    if mode == 2 and not machine.on_link(device, target, sender):
        return True
    if mode == 3 and not _known_beyond(machine, target):
        return True
    if mode == 8:
        return True
    if machine.settings.either("arp_filter", device):
        back = machine.fibs[4].lookup(sender, target)
        return back is None or back.device != device
    return False


def _known_beyond(machine: Machine, target: Address) -> bool:
    """Whether the address has a scope beyond the host on some device (inet_confirm_addr with RT_SCOPE_LINK)."""
    everything = (held for rows in machine.primary.values() for held, _ in rows)
    return any(held.ip == target and held.scope is not Scope.HOST for held in everything)


def _proxies(machine: Machine, device: str, out: str) -> bool:
    """arp_fwd_proxy()."""
    return machine.settings.either("proxy_arp", device) and machine.settings.forwards(device) and out != device


def announce(world: World, machine: Machine, device: str, address: Address, talk: Talk) -> None:
    """A gratuitous ARP or unsolicited neighbour advertisement of an address."""
    from lvsc.walk.wire import send

    mac = machine.macs[device]
    load: Arp | Nd = Arp(True, address, address, mac) if address.version == 4 else Nd(False, None, address)
    send(world, machine, device, Frame(mac, None, load, talk))


def nd_in(world: World, machine: Machine, device: str, frame: Frame) -> None:
    """ndisc_recv_ns() and ndisc_recv_na(): only the device that has an address answers for it."""
    from lvsc.walk.wire import send

    message = frame.load
    assert isinstance(message, Nd)
    if not message.solicits:
        _learn(world, machine, device, message.target, frame.mac, message.override, False)
        return
    own = any(
        held.ip == message.target and held.device == device and machine.usable6(held, world.now)
        for held in machine.held6
    )
    if not own:
        return
    if message.source is not None:
        _learn(world, machine, device, message.source, frame.mac, True, True)
    known = machine.neighbours.get((device, message.source)) if message.source is not None else None
    if known is not None and known.mac != frame.mac:
        # It answers the address, not who asked: whoever gets and passes it on spoils its hop limit (RFC 4861, 7.1.2).
        return
    frame.talk.tell(_hop(machine, device, message.target))
    send(world, machine, device, Frame(machine.macs[device], frame.mac, Nd(False, None, message.target), frame.talk))
