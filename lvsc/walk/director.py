"""IPVS at its hooks: requests are scheduled and sent on, replies of NAT get the VIP back (ip_vs_core.c)."""

from __future__ import annotations

from lvsc.walk import quoted
from lvsc.walk.errors import error
from lvsc.walk.ipvs import Dest, Entry, Service, template_key
from lvsc.walk.machine import Machine
from lvsc.walk.packet import Icmp, Packet, What, changed
from lvsc.walk.schedulers import schedule
from lvsc.walk.skb import Skb
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.walk.transmit import taken, transmit
from lvsc.walk.world import World
from lvsc.words import ForwardingMethod, Protocol

_BALANCED = frozenset(each.value for each in Protocol)
_FTP = 21


def asleep(machine: Machine) -> bool:
    """sysctl_backup_only(): IPVS keeps out of it on a host that only receives connections from another director."""
    sync = machine.state.sync
    backup = sync is not None and sync.role is not None and sync.role != "master"
    return backup and bool(machine.settings.get("net/ipv4/vs/backup_only"))


def requests(world: World, machine: Machine, skb: Skb) -> bool:
    """ip_vs_in_hook(): whether the packet goes on to the host's own stack."""
    packet = skb.packet
    if skb.ipvs or asleep(machine):
        return True
    if packet.protocol == "icmp":
        return quoted.error_in(world, machine, skb)
    if packet.protocol not in _BALANCED:
        return True
    key = (packet.protocol, packet.src, packet.sport, packet.dst, packet.dport)
    entry = machine.table.request(key)
    if entry is None:
        service = machine.table.find(packet.version, skb.mark, packet.protocol, packet.dst, packet.dport)
        if service is None or not _begins(machine, packet):
            return True
        entry, goes_on = _schedule(world, machine, skb, service)
        if entry is None:
            return goes_on
    _seen(machine, packet)
    # What a director sees of one direction only does not end before it was acknowledged (tcp_states: INPUT-ONLY).
    entry.acknowledged = entry.acknowledged or packet.what in (What.ACK, What.DATA)
    if packet.what is What.RST and (entry.acknowledged or entry.method is ForwardingMethod.NAT):
        machine.table.end(entry)
    skb.entry = entry
    return transmit(world, machine, skb, entry)


def _seen(machine: Machine, packet: Packet) -> None:
    """The director knows of the client's connection, if it is still the client's address that it sees."""
    talk = packet.talk
    if talk.seen_by is None and (packet.src, packet.sport) == (talk.source, talk.port):
        talk.seen_by = machine.name


def _begins(machine: Machine, packet: Packet) -> bool:
    """tcp_conn_schedule(): a SYN, or with sloppy_tcp whatever is no RST."""
    if packet.protocol == "udp" or packet.what is What.SYN:
        return True
    return bool(machine.settings.get("net/ipv4/vs/sloppy_tcp")) and packet.what is not What.RST


def _schedule(world: World, machine: Machine, skb: Skb, service: Service) -> tuple[Entry | None, bool]:
    """ip_vs_schedule(): the new connection, or whether the packet goes on without one."""
    packet, wanted = skb.packet, service.entry
    if not wanted.persistence and wanted.mark is None and packet.dport != wanted.port:
        return None, _leave(world, machine, skb, service, "port 0 needs persistence")
    dest = _forced(world, service) or _dest(machine, service, packet)
    if dest is None:
        return None, _leave(world, machine, skb, service, "no real server can take it")
    own = dest.entry.port if wanted.mark is None or dest.entry.port else 0
    dport = own or packet.dport
    if wanted.persistence and packet.dport != wanted.port and wanted.mark is None:
        dport = packet.dport
    entry = Entry(
        packet.protocol, packet.src, packet.sport, packet.dst, packet.dport, service, dest, dport,
        machine.conntrack, wanted.one_packet and packet.protocol == "udp",
    )  # fmt: skip
    machine.table.add(entry)
    what = f"schedules it ({wanted.scheduler.value}) to {dest.entry.name or dest.entry.address}"
    world.tell(machine, skb.device or "", what, packet, Fact(FactKind.SERVICE, str(wanted)))
    return entry, True


def _forced(world: World, service: Service) -> Dest | None:
    """The real server that the walk is asked to follow, instead of the scheduler's choice."""
    if world.forced is None:
        return None
    return next((dest for dest in service.dests if dest.entry.name == world.forced), None)


def _dest(machine: Machine, service: Service, packet: Packet) -> Dest | None:
    if not service.entry.persistence:
        return schedule(service, packet)
    key = template_key(service, packet.protocol, packet.src, packet.dst, packet.dport)
    quiescent = bool(machine.settings.get("net/ipv4/vs/expire_quiescent_template"))
    dest = machine.table.template(key, quiescent)
    if dest is None:
        dest = schedule(service, packet)
        if dest is not None:
            machine.table.remember(key, dest)
    return dest


def _leave(world: World, machine: Machine, skb: Skb, service: Service, why: str) -> bool:
    """ip_vs_leave(): port unreachable, whatever the director itself listens on."""
    packet = skb.packet
    if service.entry.port == _FTP and packet.dport != _FTP:
        return True
    fact = Fact(FactKind.SERVICE, str(service.entry), why)
    _seen(machine, packet)
    world.tell(machine, skb.device or "", "has no real server for it", packet, fact, End.NO_DESTINATION)
    error(world, machine, skb, Icmp.PORT_UNREACHABLE)
    return False


def replies(world: World, machine: Machine, skb: Skb) -> bool:
    """ip_vs_out_hook(): what answers a connection; where it was sent on by NAT, the VIP becomes its source again."""
    packet = skb.packet
    if skb.ipvs or asleep(machine):
        return True
    if packet.protocol == "icmp":
        quoted.error_out(world, machine, skb)
        return True
    entry = machine.table.answer((packet.protocol, packet.src, packet.sport, packet.dst, packet.dport))
    if entry is None:
        return True
    # It sees both directions, and so any end of it.
    entry.acknowledged = True
    if packet.what is What.RST:
        machine.table.end(entry)
    taken(skb, entry)
    skb.entry = entry
    if entry.method is ForwardingMethod.NAT:
        skb.packet = changed(packet, src=entry.vip, sport=entry.vport)
        fact = Fact(FactKind.SERVICE, str(entry.service.entry))
        world.tell(machine, skb.device or "", f"gives it its VIP {entry.vip} back", skb.packet, fact)
    return True


def forwarded_errors(world: World, machine: Machine, skb: Skb) -> bool:
    """ip_vs_forward_icmp()."""
    if skb.packet.protocol != "icmp" or skb.ipvs or asleep(machine):
        return True
    return quoted.error_in(world, machine, skb)
