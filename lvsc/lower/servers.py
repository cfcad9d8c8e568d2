"""What real servers hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lvsc.lower.directors import whole
from lvsc.lower.hosts import ethernet, in_order, static_routes
from lvsc.lower.services import real_address
from lvsc.state import Held, HostState, Link, LinkKind
from lvsc.topology import Host, Service, Topology
from lvsc.words import Address, Family, ForwardingMethod, TunnelType, family_of, parse_address

_ARP = {"net/ipv4/conf/all/arp_ignore": 1, "net/ipv4/conf/all/arp_announce": 2}
# Reverse-path filtering takes the greater of `all` and the device: 2 (loose) passes what a tunnel delivers, whatever
# `all` says, but only on a device that has an address (fib_frontend.c: __fib_validate_source, no_addr): the VIP.
_LOOSE = 2
_ANY = {4: parse_address("0.0.0.0"), 6: parse_address("::")}
_NOTHING_SAID = frozenset({"vip", "sysctl", "tunnel"})
# What the device itself takes off, by the version of the outer IP header; when a packet of GUE gets there, UDP is gone.
_OVERHEAD = {TunnelType.IPIP: (20, 40), TunnelType.GRE: (24, 44), TunnelType.GUE: (20, 40)}
TUNNEL_DEVICES = {
    (TunnelType.IPIP, Family.V4, Family.V4): ("lvsc-ipip", LinkKind.IPIP),
    (TunnelType.GUE, Family.V4, Family.V4): ("lvsc-ipip", LinkKind.IPIP),
    (TunnelType.IPIP, Family.V6, Family.V4): ("lvsc-sit", LinkKind.SIT),
    (TunnelType.GUE, Family.V6, Family.V4): ("lvsc-sit", LinkKind.SIT),
    (TunnelType.GRE, Family.V4, Family.V4): ("lvsc-gre", LinkKind.GRE),
    (TunnelType.GRE, Family.V6, Family.V4): ("lvsc-gre", LinkKind.GRE),
    (TunnelType.IPIP, Family.V4, Family.V6): ("lvsc-ip6tnl", LinkKind.IP6TNL),
    (TunnelType.IPIP, Family.V6, Family.V6): ("lvsc-ip6tnl", LinkKind.IP6TNL),
    (TunnelType.GUE, Family.V4, Family.V6): ("lvsc-ip6tnl", LinkKind.IP6TNL),
    (TunnelType.GUE, Family.V6, Family.V6): ("lvsc-ip6tnl", LinkKind.IP6TNL),
    (TunnelType.GRE, Family.V4, Family.V6): ("lvsc-ip6gre", LinkKind.IP6GRE),
    (TunnelType.GRE, Family.V6, Family.V6): ("lvsc-ip6gre", LinkKind.IP6GRE),
}


@dataclass(slots=True)
class _Duty:
    """What the services of a topology ask of one real server; dicts stand for ordered sets."""

    vips: dict[Address, None] = field(default_factory=dict)
    tunnels: dict[Link, dict[Address, None]] = field(default_factory=dict)
    receivers: dict[Link, None] = field(default_factory=dict)
    gateways: dict[Address, None] = field(default_factory=dict)
    modes: set[ForwardingMethod] = field(default_factory=set)


def real_servers(topology: Topology) -> dict[str, HostState]:
    """The state of every real server."""
    duties: defaultdict[str, _Duty] = defaultdict(_Duty)
    for service in topology.services.values():
        inside = _inside_gateways(topology, service)
        for member in service.members:
            _ask(topology, service, topology.real_servers[member.server], duties[member.server], inside)
        if service.sorry is not None and service.sorry.server is not None:
            _ask(topology, service, topology.real_servers[service.sorry.server], duties[service.sorry.server], inside)
    return {name: _server(topology, host, duties[name]) for name, host in topology.real_servers.items()}


def _ask(topology: Topology, service: Service, host: Host, duty: _Duty, inside: dict[tuple[str, int], Address]) -> None:
    duty.modes.add(service.mode)
    if service.mode is ForwardingMethod.NAT:
        for port in host.ports:
            for version in (4, 6):
                if (port.network, version) in inside:
                    duty.gateways.setdefault(inside[port.network, version])
        return
    addresses = topology.vips[service.vip].addresses
    if service.mode is ForwardingMethod.DR:
        duty.vips.update(dict.fromkeys(addresses))
        return
    for address in addresses:
        link = _tunnel(topology, service, host, family_of(address), duty)
        if link is not None:
            duty.tunnels.setdefault(link, {})[address] = None
            duty.receivers.update(dict.fromkeys(_receivers(service, link)))


def _inside_gateways(topology: Topology, service: Service) -> dict[tuple[str, int], Address]:
    """For each network and IP version, the address through which NAT replies pass the director that serves.

    A floating gateway where directors share one; the director's own address
    only where it is the only director, because a fixed address of one of two
    directors is a black hole after failover.
    """
    if service.mode is not ForwardingMethod.NAT:
        return {}
    vip = topology.vips[service.vip]
    found: dict[tuple[str, int], Address] = {}
    for group in topology.failover.values():
        if set(group.directors) & set(vip.directors):
            found.update({(group.network, gateway.version): gateway for gateway in group.gateways})
    if len(vip.directors) == 1:
        for port in topology.directors[vip.directors[0]].ports:
            for address in port.addresses:
                found.setdefault((port.network, address.version), address.ip)
    return found


def _tunnel(topology: Topology, service: Service, host: Host, inner: Family, duty: _Duty) -> Link | None:
    """The device that opens the service's tunnel; one for each outer address of the host."""
    local = real_address(topology, host, service, inner)
    if local is None:
        return None
    name, kind = TUNNEL_DEVICES[service.tunnel, inner, family_of(local)]
    mtu = 1500 - _OVERHEAD[service.tunnel][family_of(local) is Family.V6]
    others = dict.fromkeys(link.local for link in duty.tunnels if link.kind is kind)
    number = list(others).index(local) if local in others else len(others)
    return Link(f"{name}-{number + 1}" if number else name, kind, mtu=mtu, local=local, ours=True)


def _receivers(service: Service, link: Link) -> Iterator[Link]:
    if service.tunnel is TunnelType.GUE and service.tunnel_port is not None and link.local is not None:
        outer = 6 if link.local.version == 6 else 4
        name = f"lvsc-gue{service.tunnel_port}-{outer}"
        yield Link(name, LinkKind.FOU, local=_ANY[outer], port=service.tunnel_port, ours=True)


def _server(topology: Topology, host: Host, duty: _Duty) -> HostState:
    if not host.managed:
        return _unmanaged(topology, host, duty)
    links, addresses = ethernet(topology, host)
    held = list(_held(host.vip_device, duty, ours=True))
    wanted: dict[str, int] = dict(_ARP) if any(each.address.version == 4 for each in held) else {}
    tunnels = {each.device for each in held if each.address.version == 4} & {link.name for link in duty.tunnels}
    wanted.update({f"net/ipv4/conf/{name}/rp_filter": _LOOSE for name in tunnels})
    return HostState(
        name=host.name,
        role=host.role,
        managed=True,
        links=(*links, *_vip_link(host, duty), *duty.receivers, *duty.tunnels),
        addresses=(*addresses, *held),
        routes=static_routes(topology, host, _gateways(host, duty), ours=ForwardingMethod.NAT in duty.modes),
        sysctls=in_order({**wanted, **host.sysctls}),
    )


def _held(device: str, duty: _Duty, ours: bool) -> Iterator[Held]:
    """The VIPs: of direct routing on the chosen device, of a tunnel on the device that opens it."""
    for vip in duty.vips:
        yield Held(device, whole(vip), quiet=True, ours=ours)
    for link, vips in duty.tunnels.items():
        for vip in vips:
            yield Held(link.name, whole(vip), quiet=True, ours=ours)


def _gateways(host: Host, duty: _Duty) -> tuple[Address, ...]:
    """The declared or inherited gateways; for nat, a family without one gets the director's inside address."""
    has = {gateway.version for gateway in host.gateways}
    inferred = {gateway.version: gateway for gateway in reversed(duty.gateways) if gateway.version not in has}
    return (*host.gateways, *inferred.values())


def _vip_link(host: Host, duty: _Duty) -> Iterator[Link]:
    known = {"lo", *(port.name for port in host.ports)}
    if duty.vips and host.vip_device not in known:
        yield Link(host.vip_device, LinkKind.DUMMY, ours=True)


def _unmanaged(topology: Topology, host: Host, duty: _Duty) -> HostState:
    links, addresses = ethernet(topology, host)
    extra, held = list(links), list(addresses)
    if host.holds is not None:
        device, opener = host.holds.vip_device, host.holds.tunnel_device
        vips = dict.fromkeys([*duty.vips, *(vip for found in duty.tunnels.values() for vip in found)])
        if opener is not None:
            extra += [Link(opener, link.kind, mtu=link.mtu) for link in list(duty.tunnels)[:1]]
        if device is not None:
            extra += [Link(device, LinkKind.DUMMY)] * (device not in {link.name for link in extra})
            held += [Held(device, whole(vip), quiet=True) for vip in vips]
    # kube-proxy sets them when it starts, with strictARP (pkg/proxy/ipvs/proxier.go).
    strict = _ARP if host.kubernetes is not None and host.kubernetes.ipvs and host.kubernetes.strict_arp else {}
    sysctls = {**strict, **host.sysctls, **(host.holds.sysctls if host.holds else {})}
    return HostState(
        name=host.name,
        role=host.role,
        managed=False,
        links=tuple(extra),
        addresses=tuple(held),
        routes=static_routes(topology, host),
        sysctls=in_order(sysctls),
        unknown=_unknown(host),
    )


def _unknown(host: Host) -> frozenset[str]:
    if host.holds is None:
        return _NOTHING_SAID
    return frozenset() if host.holds.vip_device else frozenset({"vip"})
