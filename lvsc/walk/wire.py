"""Frames between hosts: out of a device, over a segment, into the devices that take them."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.state import LinkKind
from lvsc.walk.filters import Arp
from lvsc.walk.machine import TUNNELS, Machine
from lvsc.walk.neighbours import arp_in, nd_in
from lvsc.walk.packet import Packet
from lvsc.walk.world import Frame, Nd, World


def send(world: World, machine: Machine, device: str, frame: Frame) -> None:
    """Put a frame on the segments below a device."""
    if machine.links[device].kind in (LinkKind.LOOPBACK, LinkKind.DUMMY, *TUNNELS):
        return
    plugged, vlan = machine.below(device)
    frame = Frame(frame.mac, frame.to, frame.load, frame.talk, vlan, frame.mark)
    for name in plugged:
        link = machine.links[name]
        if not machine.hears(link):
            continue
        assert link.segment is not None
        for host, port in world.members(link.segment, frame):
            if (host, port) != (machine.name, name):
                world.later(arrive, world.machine(host), port, frame)


def arrive(world: World, machine: Machine, port: str, frame: Frame) -> None:
    """A frame reaches a plugged device."""
    if not machine.links[port].up:
        return
    for device in _takers(machine, machine.top(port), frame):
        if isinstance(frame.load, Arp):
            arp_in(world, machine, device, frame)
        elif isinstance(frame.load, Nd):
            nd_in(world, machine, device, frame)
        else:
            receive(world, machine, device, frame)


def _takers(machine: Machine, device: str, frame: Frame) -> Iterator[str]:
    """The devices of a host that take a frame: a VLAN by its number, a macvlan by its address."""
    if frame.vlan is not None:
        device = next(
            (
                link.name
                for link in machine.links.values()
                if link.kind is LinkKind.VLAN and link.parent == device and link.vlan == frame.vlan
            ),
            "",
        )
    if not device:
        return
    children = [link.name for link in machine.links.values() if link.kind is LinkKind.MACVLAN and link.parent == device]
    for name in [*children, device]:
        if machine.links[name].up and frame.to in (None, machine.macs[name]):
            yield name


def receive(world: World, machine: Machine, device: str, frame: Frame) -> None:
    """A packet for this host's MAC address."""
    from lvsc.walk.inbound import packet_in
    from lvsc.walk.skb import Skb

    assert isinstance(frame.load, Packet)
    packet_in(world, machine, Skb(frame.load, device, frame.mac))
