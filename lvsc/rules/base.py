"""What a lint rule is made of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lvsc.finding import Finding, Fix, Note, Severity, Step
from lvsc.graph import Cluster
from lvsc.source import Span
from lvsc.state import Hosts, HostState
from lvsc.topology import Host, Member, Origin, Service, Sorry, Topology
from lvsc.walk.survey import Survey
from lvsc.words import Address, ForwardingMethod, sysctl_path


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's name, which is its identity and reads well after "allow ...", and how bad its findings are."""

    name: str
    severity: Severity

    def at(
        self,
        span: Span,
        message: str,
        remedy: str,
        notes: Iterable[Note] = (),
        hops: Iterable[Step] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule."""
        return Finding(self.name, self.severity, span, message, remedy, tuple(notes), tuple(hops), fix)


Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Site:
    """What a rule looks at: what the user said, what every host will hold, who can reach whom, how packets go."""

    topology: Topology
    hosts: Hosts
    cluster: Cluster
    survey: Survey = field(init=False, compare=False, repr=False)
    _kept: dict[Hashable, tuple[Any, ...]] = field(init=False, compare=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "survey", Survey(self.hosts))

    def kept(self, key: Hashable, found: Callable[[], Iterable[Kept]]) -> tuple[Kept, ...]:
        """What several rules look for, looked for once."""
        if key not in self._kept:
            self._kept[key] = tuple(found())
        return self._kept[key]

    def pairs(self, *modes: ForwardingMethod) -> Sequence[tuple[Service, Member, Host]]:
        """Each service of these forwarding methods with each of its real servers, then each with its sorry server."""
        return self.kept(("pairs", modes), lambda: self._pairs(modes))

    def _pairs(self, modes: tuple[ForwardingMethod, ...]) -> Iterator[tuple[Service, Member, Host]]:
        yield from self.topology.pairs(*modes)
        for service in self.topology.services.values():
            if service.mode in modes and service.sorry is not None and service.sorry.server is not None:
                host = self.topology.real_servers[service.sorry.server]
                yield service, _sorry_member(service, service.sorry, host), host

    def director_states(self, vip: str) -> list[HostState]:
        """The directors that may hold a VIP."""
        return [self.hosts[name] for name in self.topology.vips[vip].directors]


def _sorry_member(service: Service, sorry: Sorry, host: Host) -> Member:
    """The sorry server as the real server that it becomes when no other can answer."""
    nodes = [node for node in (service.origin.node, service.origin.defaults) if node and "sorry_server" in node]
    origin = Origin(service.origin.at("sorry_server", "real_server"), nodes[0]["sorry_server"])
    return Member(host.name, sorry.port, 1, 0, 0, origin)


Check = Callable[[Site], Iterator[Finding]]


Key = TypeVar("Key")


def once(found: Iterable[tuple[Key, Finding]]) -> Iterator[Finding]:
    """One finding for each cause: of those with one key, the first."""
    seen: set[Key] = set()
    for key, finding in found:
        if key not in seen:
            seen.add(key)
            yield finding


def deciding(state: HostState, name: str, device: str) -> tuple[int, str]:
    """The value that counts on an IPv4 device, the greater of `all` and its own, and the setting that gives it."""
    value, own = state.effective(name, device), f"net/ipv4/conf/{device}/{name}"
    return value, own if state.sysctl(own) == value else f"net/ipv4/conf/all/{name}"


def sysctl_span(host: Host, *paths: str) -> Span:
    """Where the first of these kernel settings that a host states stands, else where it must be."""
    origins = [host.holds.origin, host.origin] if host.holds is not None else [host.origin]
    for path, origin in itertools.product(paths, origins):
        stated = origin.node.get("sysctls") if origin.node is not None else None
        for key in stated or ():
            if sysctl_path(key) == path:
                return origin.at("sysctls", key)
    return origins[0].name


def gateway_span(site: Site, host: Host, gateway: Address | None) -> Span:
    """Where a gateway of a host is stated: in a route, on the host, on its network, else the host's name."""
    for route in host.routes:
        if gateway is not None and route.via == gateway:
            return route.origin.at("via")
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
