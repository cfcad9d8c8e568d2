"""What every part of the language shares: strictness, names, and the textual types.

The models check the shape of a file: keys, types, words, patterns. What
needs the rest of the file, or arithmetic, is checked by `topology.build`.
They hold no functions, so that pydantic-core's validator for them can be
kept as data (`shape.json`) and a short lint need not import pydantic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from lvsc.topology.spec.patterns import (
    ADDRESS,
    ADDRESS_OR_NAME,
    DESTINATION,
    DIGEST,
    DURATION,
    HEX_TEXT,
    HOST_TEXT,
    INTERFACE,
    NAME,
    NETMASK,
    NETWORK,
    PORT_RANGE,
    PROGRAM_WORD,
    RANGE_ADDRESS,
    RANGE_NAME,
    RELEASE,
    SAFE_TEXT,
    STATUS_RANGE,
    SYSCTL,
    USER_NAME,
)


class Spec(TypedDict):
    """A mapping of the language: unknown keys are refused, `x-*` keys were taken out by `source`."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]


def _text(pattern: str) -> Any:
    return Annotated[str, StringConstraints(pattern=pattern)]


if TYPE_CHECKING:
    Name: TypeAlias = str
    RangeName: TypeAlias = str
    InterfaceName: TypeAlias = str
    AddressText: TypeAlias = str
    AddressOrName: TypeAlias = str
    RangeAddress: TypeAlias = str
    NetworkText: TypeAlias = str
    Destination: TypeAlias = str
    SysctlKey: TypeAlias = str
    SafeText: TypeAlias = str
    ProgramWord: TypeAlias = str
    HostText: TypeAlias = str
    PortRange: TypeAlias = str
    Release: TypeAlias = str
    UserName: TypeAlias = str
    Digest: TypeAlias = str
    HexText: TypeAlias = str
    StatusRange: TypeAlias = str
else:
    Name = _text(NAME)
    RangeName = _text(RANGE_NAME)
    InterfaceName = _text(INTERFACE)
    AddressText = _text(ADDRESS)
    AddressOrName = _text(ADDRESS_OR_NAME)
    RangeAddress = _text(RANGE_ADDRESS)
    NetworkText = _text(NETWORK)
    Destination = _text(DESTINATION)
    SysctlKey = _text(SYSCTL)
    SafeText = _text(SAFE_TEXT)
    ProgramWord = _text(PROGRAM_WORD)
    HostText = _text(HOST_TEXT)
    PortRange = _text(PORT_RANGE)
    Release = _text(RELEASE)
    UserName = _text(USER_NAME)
    Digest = _text(DIGEST)
    HexText = _text(HEX_TEXT)
    StatusRange = _text(STATUS_RANGE)

SchedulerName = Literal["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh"]
Port = Annotated[int, Field(ge=1, le=65535)]
PortOrAll = Annotated[int, Field(ge=0, le=65535)]
Mark = Annotated[int, Field(ge=1, le=4294967295)]
# The kernel takes any int from 0; keepalived and ipvsctl stop at 65535.
Weight = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=0, le=2147483647)]
Quorum = Annotated[int, Field(ge=1, le=2147483647)]
Mtu = Annotated[int, Field(ge=576, le=65535)]
Duration = Annotated[int, Field(ge=0, le=2678400)] | Annotated[str, StringConstraints(pattern=DURATION)]
Netmask = Annotated[int, Field(ge=1, le=128)] | Annotated[str, StringConstraints(pattern=NETMASK)]
SysctlValue = Annotated[int, Field(ge=-2147483648, le=4294967295)]
Sysctls = Annotated[
    dict[SysctlKey, SysctlValue],
    Field(description="Kernel settings of the host, by key; a value here stands, lvsc adds what is missing."),
]


def one_or_many(item: Any) -> Any:
    """A list that may also be written as its only item."""
    return item | Annotated[list[item], Field(min_length=1)]


if TYPE_CHECKING:
    Names: TypeAlias = str | list[str]
    Addresses: TypeAlias = str | list[str]
    RangeAddresses: TypeAlias = str | list[str]
    NetworkTexts: TypeAlias = str | list[str]
    GatewayTexts: TypeAlias = str | list[str]
else:
    Names = one_or_many(Name)
    Addresses = one_or_many(AddressText)
    RangeAddresses = one_or_many(RangeAddress)
    NetworkTexts = one_or_many(NetworkText)
    GatewayTexts = one_or_many(AddressOrName)
