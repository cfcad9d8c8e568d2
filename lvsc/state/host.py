"""HostState: the one model of what a host holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lvsc.state.firewall import Chain
from lvsc.state.ipvs import VirtualService
from lvsc.state.net import (
    Held,
    Link,
    Listener,
    MarkRule,
    Neighbour,
    PolicyRule,
    Route,
    SyncDaemon,
    VrrpInstance,
)
from lvsc.words import Family, HostRole, family_of


@dataclass(frozen=True, slots=True)
class HostState:
    """Links, addresses, routes, sysctls, packet marks, VRRP and the IPVS table of one host.

    `managed`: lvsc emits and applies it. `unknown` names what an unmanaged
    host may hold without anybody having said so ("vip", "sysctl", "tunnel").
    What carries `ours` is put there by lvsc; the rest was there before.
    `sysctls` are written in their order when the devices exist and have no
    address yet; `early` before there are devices, `late` when there are
    addresses: the kernel hands values of `default` on or not accordingly.
    `unmodelled` are things the host has that lvsc does not follow. `timeouts`
    are those of the IPVS table in seconds: TCP, TCP after a FIN, UDP.
    """

    name: str
    role: HostRole
    managed: bool
    links: tuple[Link, ...] = ()
    addresses: tuple[Held, ...] = ()
    routes: tuple[Route, ...] = ()
    sysctls: tuple[tuple[str, int], ...] = ()
    marks: tuple[MarkRule, ...] = ()
    ipvs: tuple[VirtualService, ...] = ()
    vrrp: tuple[VrrpInstance, ...] = ()
    sync: SyncDaemon | None = None
    unknown: frozenset[str] = frozenset()
    early: tuple[tuple[str, int], ...] = ()
    late: tuple[tuple[str, int], ...] = ()
    rules: tuple[PolicyRule, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    chains: tuple[Chain, ...] = ()
    listens: tuple[Listener, ...] = ()
    unmodelled: tuple[str, ...] = ()
    timeouts: tuple[int, int, int] | None = None

    @property
    def keepalived(self) -> bool:
        """Whether keepalived owns the IPVS table: where there is failover, health to watch or a sorry server."""
        return bool(self.vrrp) or any(service.checked or service.sorry for service in self.ipvs)

    def sysctl(self, key: str) -> int | None:
        """A kernel setting, or None where nothing is said of it."""
        return dict(self.sysctls).get(key)

    def effective(self, name: str, device: str, unset: int = 0) -> int:
        """arp_ignore, arp_announce or rp_filter of an IPv4 device: the greater of `all` and its own.

        include/linux/inetdevice.h: IN_DEV_MAXCONF.
        """
        held = dict(self.sysctls)
        keys = (f"net/ipv4/conf/all/{name}", f"net/ipv4/conf/{device}/{name}")
        return max(held.get(key, unset) for key in keys)

    def links_on(self, segment: str) -> Iterator[Link]:
        """Its devices on a network."""
        return (link for link in self.links if link.segment == segment)

    def held_on(self, device: str, family: Family | None = None) -> Iterator[Held]:
        """The addresses of a device."""
        for held in self.addresses:
            if held.device == device and (family is None or family_of(held.address) is family):
                yield held


Hosts = Mapping[str, HostState]
