"""The IPVS table of a director in the form."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from lvsc.snapshot.form import Form, many, word
from lvsc.snapshot.values import AddressValue, Number, Port, Text, Word
from lvsc.words import CheckKind, Family, ForwardingMethod, Protocol, Scheduler, SchedulerFlag, TunnelType

Weight = Annotated[int, Field(ge=0, le=(1 << 31) - 1)]


Plain = Text | int | bool | list[Text]
PageOption = Annotated[tuple[Word, Plain], Field(strict=False)]
Option = Annotated[tuple[Word, Plain | list[list[PageOption]]], Field(strict=False)]


class HealthForm(Form):
    """A health check; times in milliseconds."""

    kind: CheckKind = word()
    port: Port | None = None
    first_port: Port | None = None
    interval: Number
    timeout: Number
    retries: Number
    retry_delay: Number
    option: list[Option] = many()
    warmup: Number | None = None
    alpha: bool = False
    log_all_failures: bool = False
    addresses: list[AddressValue] = many()
    sources: list[AddressValue] = many()
    source_port: Port | None = None
    mark: Number | None = None


class ScriptForm(Form):
    """A program and its arguments."""

    command: Annotated[list[Text], Field(min_length=1)]
    user: Text | None = None


class UpkeepForm(Form):
    """How keepalived keeps a virtual service."""

    quorum: Number = 1
    hysteresis: Number = 0
    alpha: bool = False
    omega: bool = False
    inhibit: bool = False
    inhibit_sorry: bool = False
    smtp_alert: bool | None = None
    quorum_up: ScriptForm | None = None
    quorum_down: ScriptForm | None = None
    notify_up: ScriptForm | None = None
    notify_down: ScriptForm | None = None


class DestinationForm(Form):
    """A real server of a virtual service."""

    name: Text | None = None
    address: AddressValue
    port: Port | None = None
    method: ForwardingMethod = word(ForwardingMethod.DR)
    weight: Weight = 1
    upper_threshold: Number = 0
    lower_threshold: Number = 0
    tunnel: TunnelType = word(TunnelType.IPIP)
    tunnel_port: Port | None = None
    listens: Port | None = None
    checks: list[HealthForm] | None = None


class ServiceForm(Form):
    """A virtual service: an address and a port, or a firewall mark."""

    name: Text | None = None
    address: AddressValue | None = None
    port: Port | None = None
    protocol: Protocol = word(Protocol.TCP)
    mark: Annotated[int, Field(ge=1, le=(1 << 32) - 1)] | None = None
    family: Family | None = word(None)
    scheduler: Scheduler = word(Scheduler.WLC)
    flags: list[Annotated[SchedulerFlag, Field(strict=False)]] = many()
    persistence: Number = 0
    netmask: Annotated[int, Field(ge=0, le=128)] | None = None
    one_packet: bool = False
    helper: Word | None = None
    destinations: list[DestinationForm] = many()
    health: HealthForm | list[HealthForm] | None = None
    sorry: DestinationForm | None = None
    engine: Word | None = None
    upkeep: UpkeepForm | None = None

    @model_validator(mode="after")
    def _one_identity(self) -> ServiceForm:
        if (self.mark is None) == (self.address is None or self.port is None):
            raise ValueError("needs either `address` and `port`, or `mark`")
        return self
