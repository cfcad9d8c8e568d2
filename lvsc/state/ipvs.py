"""The IPVS table of a director."""

from __future__ import annotations

from dataclasses import dataclass, field

from lvsc.words import Address, CheckKind, Family, ForwardingMethod, Protocol, Scheduler, SchedulerFlag, TunnelType


@dataclass(frozen=True, slots=True)
class Destination:
    """A real server of a virtual service: the address and port the kernel knows it by, and its name.

    `listens` is the port its application is said to have, where that is
    another: a mistake, except with NAT.
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

    @property
    def sort_key(self) -> tuple[int, int, int]:
        """By address and port: sh and mh map clients by the order of insertion, so all directors need the same."""
        return (self.address.version, int(self.address), self.port)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A health check of all real servers of a service; times in milliseconds.

    `port` is stated; `first_port` serves for real servers that have no port of their own (marks).
    """

    kind: CheckKind
    port: int | None
    first_port: int | None
    interval: int
    timeout: int
    retries: int
    retry_delay: int
    option: tuple[tuple[str, str | int | bool | tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class VirtualService:
    """A virtual service: (protocol, address, port), or a firewall mark and a family.

    `persistence` is the timeout in seconds, 0 without; `netmask` its prefix length.
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
    health: HealthCheck | None = None
    sorry: Destination | None = None

    @property
    def sort_key(self) -> tuple[int, int, int, str, int]:
        """By family, mark or address, protocol, port."""
        return (self.family.value, self.mark or 0, int(self.address or 0), self.protocol.value, self.port)

    def __str__(self) -> str:
        if self.mark is not None:
            return f"mark {self.mark}"
        host = f"[{self.address}]" if self.family is Family.V6 else str(self.address)
        return f"{host}:{self.port}/{self.protocol.value}"
