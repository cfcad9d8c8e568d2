"""The network part of a host in the form."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from lvsc.snapshot.form import BARE, MAPPING, Form, kind_of, many, word
from lvsc.snapshot.values import (
    AddressValue,
    Device,
    InterfaceValue,
    MacValue,
    Mtu,
    Name,
    NetworkValue,
    Number,
    Port,
    Table,
    TargetValue,
    Vlan,
    Word,
)
from lvsc.state import MAIN_TABLE, LinkKind, RouteKind, Scope
from lvsc.words import Family, Protocol


class AddressForm(Form):
    """An address of the device that it is written in."""

    address: InterfaceValue
    quiet: bool = False
    scope: Scope = word(Scope.GLOBAL)
    dad: bool = False
    ours: bool = False


class HeldForm(AddressForm):
    """An address and its device."""

    device: Device


Nested = Annotated[Annotated[InterfaceValue, Tag(BARE)] | Annotated[AddressForm, Tag(MAPPING)], Discriminator(kind_of)]


class LinkForm(Form):
    """A network device."""

    name: Device
    kind: LinkKind | None = word(None)
    segment: Name | None = None
    mtu: Mtu | None = None
    up: bool = True
    mac: MacValue | None = None
    parent: Device | None = None
    master: Device | None = None
    vlan: Vlan | None = None
    local: AddressValue | None = None
    remote: AddressValue | None = None
    mode: Literal["any", "ipip6", "ip6ip6"] | None = None
    port: Port | None = None
    ours: bool = False
    addresses: list[Nested] = many()


class RouteForm(Form):
    """A route."""

    to: TargetValue
    via: AddressValue | None = None
    device: Device | None = None
    family: Family | None = word(None)
    kind: RouteKind = word(RouteKind.UNICAST)
    table: Table = MAIN_TABLE
    metric: Number = 0
    source: AddressValue | None = None
    mtu: Number = 0
    advmss: Number = 0
    onlink: bool = False
    ours: bool = False


class RuleForm(Form):
    """A policy rule."""

    priority: Number | None = None
    family: Family | None = word(None)
    table: Table = MAIN_TABLE
    kind: RouteKind = word(RouteKind.UNICAST)
    source: NetworkValue | None = None
    to: NetworkValue | None = None
    mark: Number | None = None
    mask: Number = 0xFFFFFFFF
    device: Device | None = None


class NeighbourForm(Form):
    """A permanent neighbour."""

    device: Device
    address: AddressValue
    mac: MacValue


class ListenForm(Form):
    """An application that answers."""

    protocol: Protocol = word(Protocol.TCP)
    address: AddressValue | None = None
    port: Port
    family: Family | None = word(None)


class SyncForm(Form):
    """The sync daemon."""

    device: Device
    instance: Word | Literal[""] = ""
    id: Number = 0
    role: Literal["master", "backup", "both"] | None = None


class VrrpAddressForm(Form):
    """An address that VRRP moves, and its device."""

    address: InterfaceValue
    device: Device


class VrrpForm(Form):
    """A VRRP instance."""

    name: Word
    group: Word | None = None
    family: Family = word(Family.V4)
    device: Device
    router_id: Port
    priority: Port = 100
    advert_interval: Number = 1000
    preempt: bool = True
    addresses: list[VrrpAddressForm] = many()
    source: AddressValue | None = None
    peers: list[AddressValue] = many()
