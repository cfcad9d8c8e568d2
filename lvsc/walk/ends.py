"""The ends of a connection: the client's and the application's TCP and UDP (net/ipv4/tcp_input.c, udp.c)."""

from __future__ import annotations

from dataclasses import dataclass

from lvsc.state import RouteKind
from lvsc.walk.errors import error, take_redirect
from lvsc.walk.inbound import path_mtu
from lvsc.walk.machine import Learnt, Machine
from lvsc.walk.outbound import local_out, source_for
from lvsc.walk.packet import HEADERS, IP_HEADER, Icmp, Packet, What, answer_to, changed
from lvsc.walk.skb import Skb
from lvsc.walk.talk import Talk
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.walk.tunnels import open_tunnel, receives_gue
from lvsc.walk.world import World
from lvsc.words import Protocol

_SMALL, _UDP_HEADER = 20, 8
_LEAST_MSS = {4: 536, 6: 1220}
_RESENT = 6
_TUNNELS = frozenset({"ipip", "ipv6", "gre"})


@dataclass(slots=True, eq=False)
class Socket:
    """A socket: `sample` is a packet that it sends, `mss` what the other end takes, `sending` bytes unacknowledged."""

    talk: Talk
    sample: Packet
    client: bool
    open: bool = False
    mss: int = 0
    sending: int = 0
    resent: int = 0


def start(world: World, machine: Machine, talk: Talk) -> None:
    """The client begins: a SYN, or its datagram."""
    ask = talk.ask
    what = What.DATAGRAM if ask.protocol is Protocol.UDP else What.SYN
    packet = Packet(talk.source, ask.address, ask.protocol.value, what, talk, talk.port, ask.port)
    machine.sockets[_key(packet)] = Socket(talk, packet, True)
    if what is What.DATAGRAM:
        local_out(world, machine, Skb(_datagram(machine, packet, ask.request)))
        return
    local_out(world, machine, Skb(changed(packet, mss=_mss(machine, packet))))


def repeat(world: World, machine: Machine, talk: Talk) -> None:
    """The client sends its SYN once more, if nothing answered it."""
    for socket in list(machine.sockets.values()):
        if socket.talk is talk and socket.client and socket.sample.what is What.SYN:
            local_out(world, machine, Skb(changed(socket.sample, mss=_mss(machine, socket.sample))))


def is_open(machine: Machine, talk: Talk) -> bool:
    """Whether the client knows its connection to be open."""
    return any(socket.talk is talk and socket.client and socket.open for socket in machine.sockets.values())


def again(world: World, machine: Machine, talk: Talk) -> None:
    """The client sends once more on what it has open."""
    for socket in list(machine.sockets.values()):
        if socket.talk is not talk or not socket.client:
            continue
        if socket.sample.what is What.DATAGRAM:
            local_out(world, machine, Skb(_datagram(machine, socket.sample, talk.ask.request)))
        elif socket.open:
            send_data(world, machine, socket, talk.ask.request)


def _key(packet: Packet) -> tuple[object, ...]:
    """What a host knows a socket by that sends such packets."""
    return (packet.protocol, packet.src, packet.sport, packet.dst, packet.dport)


def _mss(machine: Machine, packet: Packet) -> int:
    """What it announces to take: the route's advmss, else what the device allows."""
    way = machine.fibs[packet.version].lookup(packet.dst, packet.src)
    if way is None:
        return _LEAST_MSS[packet.version]
    return way.advmss or (way.mtu or machine.mtu(way.device)) - HEADERS[packet.version]


def _datagram(machine: Machine, packet: Packet, size: int) -> Packet:
    """Larger ones go in fragments, which may be fragmented again."""
    whole = (size or _SMALL) + _UDP_HEADER + IP_HEADER[packet.version]
    way = machine.fibs[packet.version].lookup(packet.dst, packet.src)
    mtu = path_mtu(machine, way.device, packet.dst, way.mtu) if way is not None else whole
    return changed(packet, size=min(whole, mtu), df=whole <= mtu)


def own_stack(world: World, machine: Machine, skb: Skb) -> None:
    """A packet reached the host itself."""
    packet = skb.packet
    if packet.protocol == "icmp":
        _icmp(world, machine, skb)
    elif packet.protocol in _TUNNELS or (
        packet.protocol == "udp" and packet.what is What.TUNNELLED and receives_gue(machine, packet)
    ):
        open_tunnel(world, machine, skb)
    elif packet.protocol == "udp":
        _udp(world, machine, skb)
    elif packet.protocol in ("tcp", "sctp"):
        _tcp(world, machine, skb)


def _udp(world: World, machine: Machine, skb: Skb) -> None:
    packet = skb.packet
    socket = machine.sockets.get(_key(answer_to(packet, packet.what, 0)))
    if socket is not None:
        _answered(world, machine, skb, socket)
        return
    if packet.what is What.TUNNELLED or not machine.listens("udp", packet.dst, packet.dport) or packet.reply:
        _closed(world, machine, skb)
        error(world, machine, skb, Icmp.PORT_UNREACHABLE)
        return
    packet.talk.arrived.append(machine.name)
    world.by_application(_reply, machine, skb)


def _reply(world: World, machine: Machine, skb: Skb) -> None:
    """The application answers a datagram, from the address that it is bound to, or one that the route chooses."""
    packet = skb.packet
    source = packet.dst if machine.bound(packet.dst, packet.dport) else source_for(world, machine, packet.src)
    if source is None:
        world.tell(machine, "", f"has no route to {packet.src}", packet, None, End.NO_ROUTE)
        return
    world.tell(machine, skb.device or "", "its application answers", packet, None, End.ANSWERED)
    packet.talk.server = machine.name
    reply = changed(answer_to(packet, What.DATAGRAM, 0), src=source)
    bound = machine.bound(packet.dst, packet.dport)
    local_out(world, machine, Skb(_datagram(machine, reply, packet.talk.ask.response)), bound)


def _closed(world: World, machine: Machine, skb: Skb) -> None:
    packet = skb.packet
    if packet.reply:
        fact = Fact(FactKind.ADDRESS, str(packet.src))
        world.tell(machine, skb.device or "", "did not ask this address", packet, fact, End.WRONG_SOURCE)
    else:
        fact = Fact(FactKind.LISTENER, f"{packet.protocol} port {packet.dport}", "nobody listens")
        world.tell(machine, skb.device or "", f"nobody listens on port {packet.dport}", packet, fact, End.PORT_CLOSED)


def _tcp(world: World, machine: Machine, skb: Skb) -> None:
    packet = skb.packet
    socket = machine.sockets.get(_key(answer_to(packet, packet.what, 0)))
    if packet.what is What.RST:
        if socket is not None:
            _reset(world, machine, skb, socket)
        return
    if socket is None:
        if packet.what is What.SYN and machine.listens(packet.protocol, packet.dst, packet.dport):
            _accept(world, machine, packet)
            return
        _closed(world, machine, skb)
        local_out(world, machine, Skb(answer_to(packet, What.RST, HEADERS[packet.version])))
        return
    if socket.client:
        _client(world, machine, skb, socket)
    else:
        _server(world, machine, packet, socket)


def _accept(world: World, machine: Machine, packet: Packet) -> None:
    reply = answer_to(packet, What.SYN_ACK, HEADERS[packet.version] + _SMALL)
    reply = changed(reply, mss=_mss(machine, reply))
    machine.sockets[_key(reply)] = Socket(packet.talk, reply, False, mss=packet.mss)
    local_out(world, machine, Skb(reply))


def _client(world: World, machine: Machine, skb: Skb, socket: Socket) -> None:
    packet, talk = skb.packet, socket.talk
    if packet.what is What.SYN_ACK and not socket.open:
        socket.open, socket.mss, talk.opened = True, packet.mss, True
        local_out(world, machine, Skb(changed(socket.sample, what=What.ACK, size=HEADERS[packet.version])))
        world.by_application(send_data, machine, socket, talk.ask.request)
    elif packet.what is What.DATA and socket.open:
        socket.sending = 0
        _answered(world, machine, skb, socket)


def _answered(world: World, machine: Machine, skb: Skb, socket: Socket) -> None:
    talk = socket.talk
    talk.received += 1
    if talk.done:
        talk.answered_by = talk.server
    world.tell(machine, skb.device or "", f"has its answer from {talk.server}", skb.packet, None, End.ANSWERED)


def _server(world: World, machine: Machine, packet: Packet, socket: Socket) -> None:
    if packet.what is What.SYN:
        if not socket.open:
            local_out(world, machine, Skb(changed(socket.sample, mss=_mss(machine, socket.sample))))
        return
    socket.open = True
    if packet.what is What.DATA:
        talk = packet.talk
        talk.arrived.append(machine.name)
        talk.server = machine.name
        socket.resent = 0
        # The first segments of a connection are acknowledged at once (tcp_input.c: tcp_enter_quickack_mode).
        local_out(world, machine, Skb(changed(socket.sample, what=What.ACK, size=HEADERS[packet.version], mss=0)))
        world.by_application(send_data, machine, socket, talk.ask.response)


def send_data(world: World, machine: Machine, socket: Socket, size: int) -> None:
    """One full segment stands for all of them."""
    socket.sending = size or _SMALL
    sample = socket.sample
    way = machine.fibs[sample.version].lookup(sample.dst, sample.src)
    mtu = path_mtu(machine, way.device, sample.dst, way.mtu) if way is not None else socket.mss
    headers = HEADERS[sample.version]
    body = min(socket.sending, socket.mss, mtu - headers)
    local_out(world, machine, Skb(changed(sample, what=What.DATA, size=body + headers, mss=0)))


def _reset(world: World, machine: Machine, skb: Skb, socket: Socket) -> None:
    if socket.client and not socket.talk.done:
        socket.talk.error = "reset" if socket.open else "refused"
        world.tell(machine, skb.device or "", "its connection is reset", skb.packet, None, End.RESET)
    machine.sockets.pop(_key(socket.sample), None)


def _icmp(world: World, machine: Machine, skb: Skb) -> None:
    """tcp_v4_err(), udp_err() and their like: about a connection of this host, or of no use."""
    message = skb.packet
    about = message.inner
    if about is None or message.icmp is None:
        return
    socket = machine.sockets.get(_key(about))
    if message.icmp is Icmp.REDIRECT:
        # A connection that is not open yet is no socket, and believes nothing (tcp_v4_err: TCP_NEW_SYN_RECV).
        if about.protocol == "udp" or (socket is not None and socket.open):
            take_redirect(world, machine, skb.device or "", message)
        return
    if message.icmp is Icmp.TOO_BIG:
        _too_big(world, machine, message, about, socket)
    elif socket is not None and socket.client and not socket.open and not socket.talk.done:
        socket.talk.error = "refused" if message.icmp is Icmp.PORT_UNREACHABLE else "unreachable"
        world.tell(machine, skb.device or "", f"hears: {message.icmp.value}", message, None, End.UNREACHABLE)


def _too_big(world: World, machine: Machine, message: Packet, about: Packet, socket: Socket | None) -> None:
    """Smaller from now on, and once more."""
    if socket is None and about.what is not What.TUNNELLED and about.protocol != "udp":
        return
    way = machine.fibs[about.version].lookup(about.dst)
    if about.version == 6 and (
        about.what is What.TUNNELLED or way is None or way.kind is RouteKind.LOCAL or machine.is_local(message.src)
    ):
        # Seen in the kernel: IPVS learns no MTU of a tunnel over IPv6, nor does a client on the director itself.
        return
    known = machine.exceptions.setdefault(about.dst, Learnt())
    if known.mtu and known.mtu <= message.mtu:
        return
    known.mtu = message.mtu
    world.tell(machine, "", f"sends at most {message.mtu} bytes to {about.dst} from now on", message)
    if socket is not None and socket.sending and socket.resent < _RESENT:
        socket.resent += 1
        send_data(world, machine, socket, socket.sending)
