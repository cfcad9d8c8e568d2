"""What a foreign file says, in the field's words; every value knows its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from lvsc.source import Span
from lvsc.words import (
    Address,
    CheckKind,
    Family,
    ForwardingMethod,
    Interface,
    Page,
    Plain,
    Protocol,
    Scheduler,
    SchedulerFlag,
    TunnelType,
)

T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A value and where it stands; of a default, where it would stand."""

    value: T
    at: Span


Option: TypeAlias = tuple[tuple[str, Said[Plain | tuple[Page, ...]]], ...]
# A command, and who runs it.
Script: TypeAlias = tuple[tuple[str, ...], str | None]
# What a topology says of a service beside its checks, by its keys.
Upkeep: TypeAlias = Mapping[str, Said[int | bool | Script]]


@dataclass(frozen=True, slots=True)
class Tunnel:
    """The encapsulation of method TUN."""

    type: TunnelType = TunnelType.IPIP
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A health check of one real server; times in milliseconds; `extra` is what few say, by a topology's keys."""

    kind: CheckKind
    at: Span
    port: Said[int] | None
    interval: Said[int]
    timeout: Said[int]
    retries: Said[int]
    retry_delay: Said[int]
    option: Option = ()
    extra: tuple[tuple[str, Said[str | int | bool]], ...] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """A real server or sorry server; port None is the service's."""

    address: Address
    port: Said[int] | None
    at: Span
    method: Said[ForwardingMethod]
    tunnel: Tunnel = Tunnel()
    weight: Said[int] | None = None
    upper: Said[int] | None = None
    lower: Said[int] | None = None
    checks: tuple[Check, ...] = ()
    name: str = ""
    upkeep: Upkeep = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VirtualServer:
    """A virtual service; `family` is said of marks only."""

    at: Span
    protocol: Said[Protocol]
    address: Said[Address] | None
    port: Said[int]
    mark: Said[int] | None
    scheduler: Said[Scheduler]
    method: Said[ForwardingMethod]
    servers: tuple[Server, ...]
    family: Family | None = None
    flags: tuple[SchedulerFlag, ...] = ()
    persistence: Said[int] | None = None
    netmask: Said[int] | None = None
    one_packet: Said[bool] | None = None
    sorry: Server | None = None
    name: str = ""
    checked: bool = True
    engine: Said[str] | None = None
    upkeep: Upkeep = field(default_factory=dict)
    inhibit_sorry: Said[bool] | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """An address that moves with a VRRP instance; device None is the instance's."""

    interface: Interface
    at: Span
    device: Said[str] | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """A VRRP instance."""

    name: str
    at: Span
    device: Said[str] | None
    router_id: Said[int] | None
    priority: Said[int]
    advert: Said[int]
    preempt: Said[bool]
    state: Said[str] | None
    unicast: Said[bool] | None
    source: Said[Address] | None
    peers: tuple[Said[Address], ...]
    addresses: tuple[Carried, ...]


@dataclass(frozen=True, slots=True)
class SyncDaemon:
    """The connection sync daemon: device, VRRP instance, id."""

    at: Span
    device: Said[str]
    instance: str
    id: Said[int] | None


@dataclass(frozen=True, slots=True)
class Unit:
    """One director: its keepalived.conf, ldirectord.cf, ipvsadm rules or state; `checks`: it can say how to check.

    `held` are addresses with their devices, `gateways` those of its default routes, where the source knows them.
    """

    file: str
    name: Said[str] | None = None
    instances: tuple[Instance, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    sync: SyncDaemon | None = None
    services: tuple[VirtualServer, ...] = ()
    checks: bool = True
    start: Span = field(default=Span("", 1, 1, 1, 2))
    held: tuple[tuple[str, Said[Interface]], ...] = ()
    gateways: tuple[Said[Address], ...] = ()
