"""The IPVS table of a director."""

from __future__ import annotations

from dataclasses import dataclass, field

from lvsc.words import (
    USUAL,
    Address,
    CheckKind,
    Family,
    ForwardingMethod,
    Option,
    Protocol,
    Scheduler,
    SchedulerFlag,
    TunnelType,
    Upkeep,
)


@dataclass(frozen=True, slots=True)
class Destination:
    """A real server of a virtual service: the address and port the kernel knows it by, and its name.

    `listens` is the port its application is said to have, where that is
    another: a mistake, except with NAT. `checks` None are the service's.
    """

    name: str
    address: Address
    port: int
    method: ForwardingMethod
    weight: int = 1
    upper_threshold: int = 0
    lower_threshold: int = 0
    tunnel: TunnelType = TunnelType.IPIP
    tunnel_port: int | None = None
    listens: int | None = field(default=None, compare=False)
    checks: tuple[HealthCheck, ...] | None = None

    @property
    def sort_key(self) -> tuple[int, int, int]:
        """By address and port: sh and mh map clients by the order of insertion, so all directors need the same."""
        return (self.address.version, int(self.address), self.port)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A health check of real servers; times in milliseconds.

    `port` is stated; `first_port` serves for real servers that have no port of their own (marks).
    `addresses` are checked instead of the real server's, `sources` checked from, one of each family.
    """

    kind: CheckKind
    port: int | None
    first_port: int | None
    interval: int
    timeout: int
    retries: int
    retry_delay: int
    option: Option
    warmup: int | None = None
    alpha: bool = False
    log_all_failures: bool = False
    addresses: tuple[Address, ...] = ()
    sources: tuple[Address, ...] = ()
    source_port: int | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class VirtualService:
    """A virtual service: (protocol, address, port), or a firewall mark and a family.

    `persistence` is the timeout in seconds, 0 without; `netmask` its prefix length;
    `engine` what tells clients apart beside addresses (sip).
    """

    name: str
    family: Family
    protocol: Protocol
    address: Address | None
    port: int
    mark: int | None
    scheduler: Scheduler
    flags: tuple[SchedulerFlag, ...] = ()
    persistence: int = 0
    netmask: int = 32
    one_packet: bool = False
    helper: str | None = None
    destinations: tuple[Destination, ...] = ()
    checks: tuple[HealthCheck, ...] = ()
    sorry: Destination | None = None
    engine: str | None = None
    upkeep: Upkeep = USUAL

    @property
    def health(self) -> HealthCheck | None:
        """The first check."""
        return self.checks[0] if self.checks else None

    def checks_of(self, destination: Destination) -> tuple[HealthCheck, ...]:
        """The checks of one of its real servers."""
        return self.checks if destination.checks is None else destination.checks

    @property
    def checked(self) -> bool:
        """Whether any real server is checked."""
        return bool(self.checks) or any(each.checks for each in self.destinations)

    def every_check(self) -> tuple[HealthCheck, ...]:
        """Its checks, and those that real servers have of their own."""
        own = (check for each in self.destinations for check in each.checks or ())
        return (*self.checks, *own)

    @property
    def sort_key(self) -> tuple[int, int, int, str, int]:
        """By family, mark or address, protocol, port."""
        return (self.family.value, self.mark or 0, int(self.address or 0), self.protocol.value, self.port)

    def __str__(self) -> str:
        if self.mark is not None:
            return f"mark {self.mark}"
        host = f"[{self.address}]" if self.family is Family.V6 else str(self.address)
        return f"{host}:{self.port}/{self.protocol.value}"
