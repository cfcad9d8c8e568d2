"""A setting of IPVS is for something that the director does not do.

Why it hurts
    It changes nothing, and who reads the file believes otherwise. Mostly
    what it needs was forgotten: backup_only keeps a backup director from
    balancing only while a sync daemon runs there.
Wrong
    sysctls: {net.ipv4.vs.backup_only: 1}, without sync
Right
    sysctls: {net.ipv4.vs.backup_only: 1}, and sync: {network: rack} in the failover group
Source
    Documentation/networking/ipvs-sysctl.rst; include/net/ip_vs.h sysctl_backup_only()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lvsc.finding import Finding, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site
from lvsc.state import HostState
from lvsc.topology import Service
from lvsc.words import ForwardingMethod, Protocol

RULE = Rule("ipvs-setting-without-effect", Severity.INFO)
Uses = Callable[[HostState, Sequence[Service]], bool]


def _syncs(state: HostState, _: Sequence[Service]) -> bool:
    return state.sync is not None


def _marks(_: HostState, services: Sequence[Service]) -> bool:
    return any(service.mark is not None for service in services)


def _nats(_: HostState, services: Sequence[Service]) -> bool:
    return any(service.mode is ForwardingMethod.NAT for service in services)


def _persists(_: HostState, services: Sequence[Service]) -> bool:
    return any(service.persistence is not None for service in services)


def _sctp(_: HostState, services: Sequence[Service]) -> bool:
    return any(Protocol.SCTP in service.protocols for service in services)


_SYNC: tuple[Uses, str] = (_syncs, "runs no sync daemon")
_NAT: tuple[Uses, str] = (_nats, "has no service of mode nat")
_NEEDS: dict[str, tuple[Uses, str]] = {
    "backup_only": _SYNC,
    "cache_bypass": (_marks, "has no service with a mark"),
    "expire_quiescent_template": (_persists, "has no persistent service"),
    "nat_icmp_send": _NAT,
    "sloppy_sctp": (_sctp, "has no sctp service"),
    "snat_reroute": _NAT,
    "sync_persist_mode": _SYNC,
    "sync_ports": _SYNC,
    "sync_refresh_period": _SYNC,
    "sync_retries": _SYNC,
    "sync_threshold": _SYNC,
    "sync_version": _SYNC,
}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting that is not the kernel's own."""
    served = ipvs.services_of(site)
    for host, name, value in ipvs.stated(site):
        if name in _NEEDS and value != ipvs.default(name):
            uses, lacks = _NEEDS[name]
            if not uses(site.hosts[host.name], served.get(host.name, ())):
                message = f"director {host.name} {lacks}, so {ipvs.shown(name)} {value} has no effect"
                yield RULE.at(ipvs.at(host, name), message, "remove it, or add what it is for")
