"""What the rules about net.ipv4.vs share: what directors state, what counts, and which services they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from lvsc.rules.base import Site, sysctl_span
from lvsc.source import Span
from lvsc.state import HostState
from lvsc.topology import Failover, Host, Service
from lvsc.words import sysctl_name

_TREE = "net/ipv4/vs/"
# net/netfilter/ipvs/ip_vs_ctl.c ip_vs_control_net_init_sysctl(); all others start at 0.
_DEFAULTS = {
    "am_droprate": 10,
    "conn_reuse_mode": 1,
    "pmtu_disc": 1,
    "run_estimation": 1,
    "snat_reroute": 1,
    "sync_ports": 1,
    "sync_threshold": 3,
    "sync_version": 1,
}


def default(name: str) -> int:
    """What the kernel has where nobody says anything."""
    return _DEFAULTS.get(name, 0)


def stated(site: Site) -> Iterator[tuple[Host, str, int]]:
    """Each setting that a director states: `conntrack`, and its value."""
    for host in site.topology.directors.values():
        for path, value in host.sysctls.items():
            if path.startswith(_TREE):
                yield host, path.removeprefix(_TREE), value


def setting(state: HostState, name: str) -> int:
    """The value that counts on a director."""
    value = state.sysctl(f"{_TREE}{name}")
    return default(name) if value is None else value


def path(name: str) -> str:
    """The setting's path below /proc/sys."""
    return f"{_TREE}{name}"


def shown(name: str) -> str:
    """The setting as a user writes it."""
    return sysctl_name(f"{_TREE}{name}")


def at(host: Host, name: str) -> Span:
    """Where a director states a setting, else its name."""
    return sysctl_span(host, f"{_TREE}{name}")


def services_of(site: Site) -> Mapping[str, list[Service]]:
    """The services of each director."""
    found: defaultdict[str, list[Service]] = defaultdict(list)
    for service in site.topology.services.values():
        for name in site.topology.vips[service.vip].directors:
            found[name].append(service)
    return found


def synchronised(site: Site) -> Iterator[Failover]:
    """The failover groups that ask for synchronisation and have somebody to tell."""
    for group in site.topology.failover.values():
        if group.sync is not None and len(group.directors) > 1:
            yield group
