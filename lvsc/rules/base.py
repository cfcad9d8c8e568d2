"""What a lint rule is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from lvsc.finding import Finding, Note, Severity
from lvsc.graph import Cluster
from lvsc.source import Span
from lvsc.state import Hosts, HostState
from lvsc.topology import Host, Topology
from lvsc.words import sysctl_path


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's name, which is its identity and reads well after "allow ...", and how bad its findings are."""

    name: str
    severity: Severity

    def at(
        self, span: Span, message: str, remedy: str, notes: Iterable[Note] = (), hops: Iterable[str] = ()
    ) -> Finding:
        """A finding of this rule."""
        return Finding(self.name, self.severity, span, message, remedy, tuple(notes), tuple(hops))


@dataclass(frozen=True, slots=True)
class Site:
    """What a rule looks at: what the user said, what every host will hold, and who can reach whom."""

    topology: Topology
    hosts: Hosts
    cluster: Cluster

    def director_states(self, vip: str) -> list[HostState]:
        """The directors that may hold a VIP."""
        return [self.hosts[name] for name in self.topology.vips[vip].directors]


Check = Callable[[Site], Iterator[Finding]]


Key = TypeVar("Key")


def once(found: Iterable[tuple[Key, Finding]]) -> Iterator[Finding]:
    """One finding for each cause: of those with one key, the first."""
    seen: set[Key] = set()
    for key, finding in found:
        if key not in seen:
            seen.add(key)
            yield finding


def sysctl_span(host: Host, *paths: str) -> Span:
    """Where one of these kernel settings of a host is stated, else where it must be."""
    origins = [host.holds.origin, host.origin] if host.holds is not None else [host.origin]
    for origin in origins:
        stated = origin.node.get("sysctls") if origin.node is not None else None
        for key in stated or ():
            if sysctl_path(key) in paths:
                return origin.at("sysctls", key)
    return origins[0].name


def gateway_span(site: Site, host: Host) -> Span:
    """Where the default gateway of a host is stated: on it, on its network, else its name."""
    if host.origin.says("gateway"):
        return host.origin.at("gateway")
    for port in host.ports:
        segment = site.topology.networks[port.network]
        if segment.origin.says("gateway"):
            return segment.origin.at("gateway")
    return host.origin.name


def named(names: Iterable[str]) -> str:
    """`web1, web2 and 3 more`."""
    names = list(names)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
