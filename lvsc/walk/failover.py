"""Which director holds what VRRP moves, and what a health checker leaves of a service, when hosts are down."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from lvsc.state import Held, Hosts, HostState, VirtualService, VrrpInstance


def standing(hosts: Hosts, down: Collection[str] = ()) -> dict[str, HostState]:
    """The hosts that are up, each with the addresses that VRRP gives it then (RFC 9568: the highest priority wins)."""
    up = {name: host for name, host in hosts.items() if name not in down}
    masters = _masters(up)
    return {name: _settled(host, masters, down) for name, host in up.items()}


def _masters(hosts: Hosts) -> dict[str, str]:
    """The holder of each instance; of instances that move together that of the whole group."""
    best: dict[str, tuple[int, str]] = {}
    for name, host in hosts.items():
        for instance in host.vrrp:
            if instance.group not in best or instance.priority > best[instance.group][0]:
                best[instance.group] = (instance.priority, name)
    return {group: name for group, (_, name) in best.items()}


def _settled(host: HostState, masters: dict[str, str], down: Collection[str]) -> HostState:
    if not host.vrrp and not host.ipvs:
        return host
    mine = [instance for instance in host.vrrp if masters[instance.group] == host.name]
    sync = host.sync
    if sync is not None and sync.role is None:
        holds = any(instance.name == sync.instance for instance in mine)
        sync = replace(sync, role="master" if holds else "backup")
    services = tuple(checked(service, down) for service in host.ipvs)
    return replace(host, addresses=(*host.addresses, *_held(mine)), vrrp=(), sync=sync, ipvs=services)


def _held(instances: list[VrrpInstance]) -> Iterator[Held]:
    """keepalived sets IPv6 addresses deprecated and without duplicate detection (vrrp_ipaddress.c)."""
    for instance in instances:
        for address, device in instance.addresses:
            yield Held(device, address, quiet=True, ours=True)


def checked(service: VirtualService, down: Collection[str]) -> VirtualService:
    """A health checker takes out what is down, or gives it weight 0; the sorry server stands in for a lost quorum.

    check/ipwrapper.c, update_quorum_state: of what is up, weights are counted.
    """
    left = service.destinations
    failed = {each.name for each in left if each.name in down and service.checks_of(each)} if down else set()
    if failed and service.upkeep.inhibit:
        left = tuple(replace(each, weight=0) if each.name in failed else each for each in left)
    elif failed:
        left = tuple(each for each in left if each.name not in failed)
    total = sum(each.weight for each in left)
    if service.sorry is not None and total < max(1, service.upkeep.quorum - service.upkeep.hysteresis):
        left = (service.sorry,)
    return service if left is service.destinations else replace(service, destinations=left)
