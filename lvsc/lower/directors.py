"""What directors hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lvsc.lower.hosts import ethernet, in_order, static_routes
from lvsc.lower.services import mark_rules, virtual_services
from lvsc.state import Held, HostState, MarkRule, SyncDaemon, VirtualService, VrrpInstance
from lvsc.topology import Failover, Host, Service, Topology, Vip
from lvsc.words import Address, Family, ForwardingMethod, Interface, family_of, parse_interface

_FIRST_PRIORITY, _STEP = 200, 10


@dataclass(slots=True)
class _Table:
    """What the services of a topology put on one director."""

    services: list[VirtualService] = field(default_factory=list)
    marks: list[MarkRule] = field(default_factory=list)
    used: list[Service] = field(default_factory=list)


def directors(topology: Topology) -> dict[str, HostState]:
    """The state of every director; directors of one failover group share their virtual services."""
    tables = {name: _Table() for name in topology.directors}
    for service in topology.services.values():
        entries, marks = list(virtual_services(topology, service)), list(mark_rules(topology, service))
        for name in topology.vips[service.vip].directors:
            tables[name].services += entries
            tables[name].marks += marks
            tables[name].used.append(service)
    return {name: _director(topology, host, tables[name]) for name, host in topology.directors.items()}


def _director(topology: Topology, host: Host, table: _Table) -> HostState:
    links, addresses = ethernet(topology, host)
    groups = [group for group in topology.failover.values() if host.name in group.directors]
    groups.sort(key=lambda group: group.name)
    return HostState(
        name=host.name,
        role=host.role,
        managed=host.managed,
        links=links,
        addresses=(*addresses, *_static_vips(topology, host)),
        routes=static_routes(topology, host),
        sysctls=_sysctls(host, table),
        marks=tuple(
            sorted(table.marks, key=lambda rule: (rule.address.version, int(rule.address), rule.mark, rule.ports))
        ),
        ipvs=tuple(sorted(table.services, key=lambda service: service.sort_key)),
        vrrp=tuple(instance for group in groups for instance in _instances(topology, host, group)),
        sync=next((daemon for group in groups if (daemon := _sync(topology, host, group)) is not None), None),
    )


def _static_vips(topology: Topology, host: Host) -> Iterator[Held]:
    """VIPs of a director that shares them with nobody."""
    for vip in topology.vips.values():
        port = host.port_on(vip.network)
        if vip.failover is None and host.name in vip.directors and port is not None:
            for address in vip.addresses:
                yield Held(port.name, whole(address), quiet=True, ours=True)


@lru_cache(maxsize=1 << 16)
def whole(address: Address) -> Interface:
    """The address as /32 or /128, so that it brings no route and outlives its neighbours."""
    interface = parse_interface(str(address))
    assert interface is not None
    return interface


def _sysctls(host: Host, table: _Table) -> tuple[tuple[str, int], ...]:
    wanted: dict[str, int] = {}
    for service in table.used:
        if service.persistence is not None:
            wanted["net/ipv4/vs/expire_quiescent_template"] = 1
        if service.helper is not None:
            wanted["net/ipv4/vs/conntrack"] = 1
    if any(service.mode is ForwardingMethod.NAT for service in table.used):
        families = {
            entry.family
            for entry in table.services
            if any(d.method is ForwardingMethod.NAT for d in entry.destinations)
        }
        wanted.update(_forwarding(host, families))
    return in_order({**wanted, **host.sysctls})


def _forwarding(host: Host, families: Iterable[Family]) -> Iterator[tuple[str, int]]:
    """NAT forwards replies; redirects would teach real servers a way around the director.

    send_redirects is the OR of `all` and the device (inetdevice.h: IN_DEV_TX_REDIRECTS).
    """
    for family in sorted(families, key=lambda family: family.value):
        if family is Family.V6:
            yield "net/ipv6/conf/all/forwarding", 1
            continue
        yield "net/ipv4/ip_forward", 1
        for device in ("all", *(port.name for port in host.ports)):
            yield f"net/ipv4/conf/{device}/send_redirects", 0


def _instances(topology: Topology, host: Host, group: Failover) -> Iterator[VrrpInstance]:
    port = host.port_on(group.network)
    if port is None:
        return
    carried = _carried(topology, host, group)
    for family in Family:
        addresses = tuple((interface, device) for interface, device in carried if family_of(interface) is family)
        if not addresses:
            continue
        yield VrrpInstance(
            name=f"{group.name}+{family.value}",
            group=_leader(topology, group),
            family=family,
            device=port.name,
            router_id=group.virtual_router_id,
            priority=_priority(group.directors.index(host.name), len(group.directors)),
            advert_interval=group.advert_interval,
            preempt=group.preempt,
            addresses=addresses,
            source=host.address_on(group.network, family) if group.unicast else None,
            peers=tuple(_peers(topology.directors, host, group, family)) if group.unicast else (),
        )


def _leader(topology: Topology, group: Failover) -> str:
    """The group that it follows, at the end of the chain."""
    seen = {group.name}
    while group.follows is not None and group.follows not in seen:
        group = topology.failover[group.follows]
        seen.add(group.name)
    return group.name


def _carried(topology: Topology, host: Host, group: Failover) -> list[tuple[Interface, str]]:
    """The VIPs and floating gateways of a group, each with the device of its network."""
    vips: list[Vip] = [vip for vip in topology.vips.values() if vip.failover == group.name]
    found = [(whole(address), vip.network) for vip in vips for address in vip.addresses]
    found += [(whole(address), group.network) for address in group.gateways]
    devices = {port.network: port.name for port in reversed(host.ports)}
    carried = [(interface, devices[network]) for interface, network in found if network in devices]
    return sorted(carried, key=lambda item: (item[0].version, int(item[0])))


def _priority(rank: int, directors: int) -> int:
    """200 for the first, in steps of 10 or less, so that the last of 200 has 1 (RFC 9568: 0 and 255 are taken)."""
    return _FIRST_PRIORITY - rank * max(1, min(_STEP, (_FIRST_PRIORITY - 1) // max(1, directors - 1)))


def _peers(hosts: Mapping[str, Host], host: Host, group: Failover, family: Family) -> Iterator[Address]:
    for name in group.directors:
        address = hosts[name].address_on(group.network, family)
        if name != host.name and address is not None:
            yield address


def _sync(topology: Topology, host: Host, group: Failover) -> SyncDaemon | None:
    port = host.port_on(group.sync.network) if group.sync else None
    if group.sync is None or port is None:
        return None
    first = next(iter(_instances(topology, host, group)), None)
    return SyncDaemon(port.name, first.name, group.sync.id) if first else None
