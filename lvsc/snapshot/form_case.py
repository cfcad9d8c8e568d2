"""A host and a case in the form."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from lvsc.snapshot.form import Form, many, word
from lvsc.snapshot.form_firewall import ChainForm, MarkForm
from lvsc.snapshot.form_ipvs import ServiceForm
from lvsc.snapshot.form_network import (
    HeldForm,
    LinkForm,
    ListenForm,
    NeighbourForm,
    RouteForm,
    RuleForm,
    SyncForm,
    VrrpForm,
)
from lvsc.snapshot.values import (
    AddressValue,
    Device,
    InterfaceValue,
    Name,
    Number,
    Port,
    Setting,
    SettingValue,
    Text,
    Word,
)
from lvsc.state import Deed
from lvsc.words import HostRole, Protocol

Settings = list[Annotated[tuple[SettingValue, Setting], Field(strict=False)]]


class HostForm(Form):
    """A host."""

    version: Literal[1] = 1
    name: Name
    role: HostRole | None = word(None)
    managed: bool = False
    links: list[LinkForm] = many()
    addresses: list[HeldForm] = many()
    early: Settings = many()
    sysctls: Settings = many()
    late: Settings = many()
    routes: list[RouteForm] = many()
    rules: list[RuleForm] = many()
    neighbours: list[NeighbourForm] = many()
    chains: list[ChainForm] = many()
    marks: list[MarkForm] = many()
    ipvs: list[ServiceForm] = many()
    vrrp: list[VrrpForm] = many()
    sync: SyncForm | None = None
    listens: list[ListenForm] = many()
    unknown: list[Word] = many()
    unmodelled: list[Text] = many()
    timeouts: Annotated[tuple[Number, Number, Number], Field(strict=False)] | None = None


class BeforeForm(Form):
    """What happens on a host before an ask."""

    deed: Deed = word()
    host: Name | None = None
    device: Device | None = None
    address: InterfaceValue | None = None
    seconds: Annotated[float, Field(ge=0, le=600)] = 0.0


class AskForm(Form):
    """Connections from a host to an address and port."""

    origin: Name
    address: AddressValue
    port: Port
    protocol: Protocol = word(Protocol.TCP)
    connections: Annotated[int, Field(ge=1, le=1000)] = 4
    source: AddressValue | None = None
    request: Annotated[Number, Field(le=1 << 20)] = 0
    response: Annotated[Number, Field(le=1 << 20)] = 0
    exchanges: Annotated[int, Field(ge=1, le=1000)] = 1
    before: list[BeforeForm] = many()


class CaseForm(Form):
    """Hosts, and what is asked of them."""

    version: Literal[1] = 1
    name: Name | None = None
    hosts: list[HostForm]
    first: list[Name] = many()
    asks: list[AskForm] = many()


FileForm = Annotated[
    Annotated[HostForm, Tag("host")] | Annotated[CaseForm, Tag("case")],
    Discriminator(lambda value: "case" if isinstance(value, dict) and "hosts" in value else "host"),
]
