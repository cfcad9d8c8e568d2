"""The packet filter of a host in the form."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from lvsc.snapshot.form import BARE, Form, kind_of, many, word
from lvsc.snapshot.values import (
    AddressValue,
    Device,
    MacValue,
    NetworkValue,
    Number,
    Port,
    RangeValue,
    Text,
    Word,
)
from lvsc.state import Act, Hook
from lvsc.words import Protocol

Ports = Annotated[
    Annotated[Port, Tag(BARE)] | Annotated[RangeValue, Tag("<range>")],
    Discriminator(lambda value: "<range>" if isinstance(value, str) else kind_of(value)),
]
ConntrackState = Literal["new", "established", "related", "invalid", "untracked"]
Matched = Literal[
    "protocol", "source", "destination", "source_ports", "ports", "device_in", "device_out", "states", "syn", "mark",
    "mac", "ipvs", "sender", "target",
]  # fmt: skip


class EndpointForm(Form):
    """A virtual service, as a rule matches it."""

    address: AddressValue
    port: Port = 0


class FilterRuleForm(Form):
    """A rule of a chain; what is left out matches everything."""

    act: Act = word()
    protocol: Word | None = None
    source: NetworkValue | None = None
    destination: NetworkValue | None = None
    source_ports: list[Ports] = many()
    ports: list[Ports] = many()
    device_in: Device | None = None
    device_out: Device | None = None
    states: list[ConntrackState] = many()
    syn: bool | None = None
    mark: Number | None = None
    mac: MacValue | None = None
    ipvs: EndpointForm | None = None
    sender: AddressValue | None = None
    target: AddressValue | None = None
    negated: list[Matched] = many()
    set_mark: Number = 0
    to: AddressValue | None = None
    unmodelled: Text = ""


class ChainForm(Form):
    """A base chain."""

    family: Literal["ip", "ip6", "inet", "arp"] = "ip"
    hook: Hook = word()
    priority: Annotated[int, Field(ge=-(1 << 31), le=(1 << 31) - 1)] = 0
    drop: bool = False
    nat: bool = False
    rules: list[FilterRuleForm] = many()


class MarkForm(Form):
    """Packets that get a firewall mark."""

    mark: Number
    address: AddressValue
    protocol: Protocol = word(Protocol.TCP)
    ports: list[Ports]
