"""The textual values of the form: what each becomes, and its pattern in the published schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema

from lvsc.words import Address, Interface, Network, parse_address, parse_interface, parse_network, sysctl_path


def _value(pattern: str, expected: str, parse: Callable[[str], Any]) -> tuple[Any, Any]:
    """How text of a pattern is read, and how the schema describes it; `expected` is what a user is told."""
    regex = re.compile(pattern.removesuffix("$") + r"\Z")

    def read(value: object) -> Any:
        found = parse(value) if isinstance(value, str) and regex.match(value) else None
        if found is None:
            raise ValueError(f"must be {expected}")
        return found

    return PlainValidator(read), WithJsonSchema({"type": "string", "pattern": pattern})


_address = _value(r"^[0-9A-Fa-f:.]{2,45}$", "an address such as 192.0.2.10 or 2001:db8::10", parse_address)
_interface = _value(
    r"^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$", "an address with its prefix such as 192.0.2.10/24", parse_interface
)
_network = _value(r"^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$", "a network such as 192.0.2.0/24", parse_network)
_target = _value(
    r"^(default|[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?)$",
    "`default` or a network such as 192.0.2.0/24",
    lambda text: text if text == "default" else parse_network(text),
)
_setting = _value(
    r"^net[./][A-Za-z0-9_./:@-]{1,120}$", "a network setting such as net.ipv4.conf.all.arp_ignore", sysctl_path
)
_mac = _value(r"^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$", "a MAC address such as 02:00:00:00:00:01", str.lower)
_range = _value(
    r"^[0-9]{1,5}-[0-9]{1,5}$", "a range of ports such as 8000-8010", lambda text: _ports(*map(int, text.split("-")))
)


def _ports(low: int, high: int) -> tuple[int, int] | None:
    return (low, high) if low <= high <= 65535 else None


AddressValue = Annotated[Address, *_address]
InterfaceValue = Annotated[Interface, *_interface]
NetworkValue = Annotated[Network, *_network]
TargetValue = Annotated[Network | str, *_target]
SettingValue = Annotated[str, *_setting]
MacValue = Annotated[str, *_mac]
RangeValue = Annotated[tuple[int, int], *_range]

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
Device = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,62}$")]
Text = Annotated[str, StringConstraints(max_length=1000)]

Port = Annotated[int, Field(ge=0, le=65535)]
Mtu = Annotated[int, Field(ge=68, le=1 << 20)]
Number = Annotated[int, Field(ge=0, le=(1 << 32) - 1)]
Setting = Annotated[int, Field(ge=-(1 << 63), le=(1 << 63) - 1)]
Vlan = Annotated[int, Field(ge=0, le=4095)]
Table = Annotated[int, Field(ge=1, le=(1 << 32) - 1)]
