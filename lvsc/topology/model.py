"""What a user said, checked and typed; every value can tell where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lvsc.source import Map, Span, place
from lvsc.words import (
    USUAL,
    Address,
    CheckKind,
    Family,
    ForwardingMethod,
    HostRole,
    Interface,
    Network,
    Option,
    Platform,
    Protocol,
    ProxyMode,
    Scheduler,
    SchedulerFlag,
    TunnelType,
    Upkeep,
    family_of,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an object stands: its name, its mapping, and the mapping of defaults behind it."""

    name: Span
    node: Map | None = None
    defaults: Map | None = None

    def at(self, *path: str | int) -> Span:
        """The place of a value; of the object's name, where the value was inferred."""
        if self.defaults is not None and path and (self.node is None or path[0] not in self.node):
            return place(self.defaults, path, self.name)
        return place(self.node, path, self.name)

    def says(self, key: str) -> bool:
        """Whether the object itself states this key."""
        return self.node is not None and key in self.node


@dataclass(frozen=True, slots=True)
class Segment:
    """A network: hosts on it hear each other's broadcasts."""

    name: str
    subnets: tuple[Network, ...]
    gateways: tuple[Address, ...]
    mtu: int
    platform: Platform | None
    foreign_addresses: bool
    origin: Origin

    def subnet_of(self, address: Address) -> Network | None:
        """The subnet that holds the address."""
        return next((net for net in self.subnets if net.version == address.version and address in net), None)


@dataclass(frozen=True, slots=True)
class Port:
    """A host's interface on a segment ("port" as on a switch, to tell it from an address with its prefix)."""

    name: str
    network: str
    addresses: tuple[Interface, ...]
    mtu: int | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A route that a host has beside its default gateway."""

    to: Network
    via: Address | None
    interface: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Holds:
    """What an unmanaged real server holds already."""

    vip_device: str | None
    tunnel_device: str | None
    sysctls: Mapping[str, int]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Kubernetes:
    """What runs on a node of a Kubernetes cluster; `version` is (1, 35)."""

    proxy_mode: ProxyMode
    version: tuple[int, int] | None
    strict_arp: bool
    exclude_cidrs: tuple[Network, ...]
    scheduler: Scheduler | None
    masquerade_bit: int
    announcer: str | None
    pod_tunnel: str | None
    origin: Origin

    @property
    def ipvs(self) -> bool:
        """Whether kube-proxy keeps its services in the host's IPVS table."""
        return self.proxy_mode is ProxyMode.IPVS


@dataclass(frozen=True, slots=True)
class Host:
    """A router, director or real server."""

    role: HostRole
    name: str
    ports: tuple[Port, ...]
    gateways: tuple[Address, ...]
    routes: tuple[StaticRoute, ...]
    sysctls: Mapping[str, int]
    managed: bool
    vip_device: str
    holds: Holds | None
    kubernetes: Kubernetes | None
    origin: Origin

    def address_on(self, network: str, family: Family) -> Address | None:
        """Its first address of a family on a network."""
        for port in self.ports:
            if port.network == network:
                for address in port.addresses:
                    if family_of(address) is family:
                        return address.ip
        return None

    def port_on(self, network: str) -> Port | None:
        """Its first interface on a network."""
        return next((port for port in self.ports if port.network == network), None)

    def addresses(self, family: Family) -> Iterator[tuple[Port, Interface]]:
        """Its addresses of a family, with their interfaces."""
        for port in self.ports:
            for address in port.addresses:
                if family_of(address) is family:
                    yield port, address


@dataclass(frozen=True, slots=True)
class Client:
    """An origin of requests: on a network, or somewhere behind a router."""

    name: str
    network: str | None
    addresses: tuple[Address, ...]
    behind: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Sync:
    """Connection synchronisation of a failover group."""

    network: str
    id: int


@dataclass(frozen=True, slots=True)
class Failover:
    """Directors that hold VIPs in turn, best first."""

    name: str
    directors: tuple[str, ...]
    network: str
    virtual_router_id: int
    advert_interval: int
    preempt: bool
    unicast: bool
    follows: str | None
    gateways: tuple[Address, ...]
    sync: Sync | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Vip:
    """A virtual IP address; `directors` may hold it, best first."""

    name: str
    addresses: tuple[Address, ...]
    network: str
    failover: str | None
    directors: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Member:
    """One real server of a service; port None is the service's, and so are checks."""

    server: str
    port: int | None
    weight: int
    upper_threshold: int
    lower_threshold: int
    origin: Origin
    checks: tuple[Health, ...] | None = None


@dataclass(frozen=True, slots=True)
class Persistence:
    """Timeout in whole seconds; netmasks as prefix lengths; `engine` is what tells clients apart beside addresses."""

    timeout: int
    netmask: int
    netmask6: int
    engine: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """A health check; times in milliseconds; `option` holds what its kind needs, by the language's keys.

    `addresses` are checked instead of the real server's, `sources` checked
    from, one of each family; `mark` is on the packets.
    """

    kind: CheckKind
    port: int | None
    interval: int
    timeout: int
    retries: int
    retry_delay: int
    option: Option
    origin: Origin
    warmup: int | None = None
    alpha: bool = False
    log_all_failures: bool = False
    addresses: tuple[Address, ...] = ()
    sources: tuple[Address, ...] = ()
    source_port: int | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Sorry:
    """Who answers when no real server can."""

    server: str | None
    address: Address | None
    port: int | None


@dataclass(frozen=True, slots=True)
class Service:
    """A virtual service; `ports` are inclusive ranges, (0, 0) is every port; a mark joins them into one.

    `checks` are of all real servers that have none of their own; those are `own_checks`.
    """

    name: str
    vip: str
    protocols: tuple[Protocol, ...]
    ports: tuple[tuple[int, int], ...]
    mark: int | None
    mode: ForwardingMethod
    scheduler: Scheduler
    flags: tuple[SchedulerFlag, ...]
    persistence: Persistence | None
    one_packet: bool
    tunnel: TunnelType
    tunnel_port: int | None
    helper: str | None
    checks: tuple[Health, ...]
    sorry: Sorry | None
    members: tuple[Member, ...]
    origin: Origin
    upkeep: Upkeep = USUAL
    own_checks: tuple[Health, ...] = ()

    @property
    def health(self) -> Health | None:
        """The first check."""
        return self.checks[0] if self.checks else None

    def every_check(self) -> tuple[Health, ...]:
        """Its checks, and those that real servers have of their own, each once."""
        return (*self.checks, *self.own_checks)

    def checks_of(self, member: Member) -> tuple[Health, ...]:
        """The checks of one of its real servers."""
        return self.checks if member.checks is None else member.checks


@dataclass(frozen=True, slots=True)
class Expectation:
    """A test: these clients reach these services; `answered_by` None is anyone."""

    clients: tuple[str, ...]
    services: tuple[str, ...]
    answered_by: tuple[str, ...] | None
    down: tuple[str, ...]
    never: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Topology:
    """A whole cluster, by name."""

    networks: Mapping[str, Segment]
    routers: Mapping[str, Host]
    directors: Mapping[str, Host]
    real_servers: Mapping[str, Host]
    clients: Mapping[str, Client]
    failover: Mapping[str, Failover]
    vips: Mapping[str, Vip]
    services: Mapping[str, Service]
    tests: tuple[Expectation, ...] = ()

    def hosts(self) -> Iterator[Host]:
        """Routers, directors and real servers."""
        yield from self.routers.values()
        yield from self.directors.values()
        yield from self.real_servers.values()

    def pairs(self, *modes: ForwardingMethod) -> Iterator[tuple[Service, Member, Host]]:
        """Each service of these forwarding methods with each of its real servers."""
        for service in (each for each in self.services.values() if each.mode in modes):
            yield from ((service, member, self.real_servers[member.server]) for member in service.members)
