"""Persistence and sorry servers of the model."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

from lvsc.source import Map
from lvsc.topology.desk import Desk
from lvsc.topology.model import Host, Origin, Persistence, Sorry

# ipvsadm(8): the longest persistence timeout is 31 days, the default is 300 s.
_LONGEST = 2_678_400


def persistence(desk: Desk, said: Any, origin: Origin, engine: str | None) -> Persistence | None:
    """The persistence of a service, or None."""
    if said is None:
        return None
    details: Mapping[str, Any] = said if isinstance(said, Map) else {"timeout": said}
    timeout = desk.milliseconds(details.get("timeout", 300))
    if timeout % 1000 or not 1 <= timeout // 1000 <= _LONGEST:
        desk.say(
            "wrong-value",
            origin.at("persistence", "timeout"),
            f"the persistence timeout `{details['timeout']}` is not between 1s and 31d in whole seconds",
            "write a timeout such as 5m; to switch persistence off, write `persistence: null`",
        )
    return Persistence(
        timeout // 1000, _netmask(desk, details.get("netmask", 32), origin), details.get("netmask6", 128), engine
    )


def _netmask(desk: Desk, said: int | str, origin: Origin) -> int:
    at = origin.at("persistence", "netmask")
    if isinstance(said, int):
        if said > 32:
            desk.say(
                "wrong-value",
                at,
                f"`{said}` is no IPv4 prefix length",
                "write a number from 1 to 32; IPv6 has `netmask6`",
            )
        return said
    try:
        return IPv4Network(f"0.0.0.0/{said}").prefixlen
    except ValueError:
        desk.say("wrong-value", at, f"`{said}` is no contiguous netmask", "write a prefix length such as 24")
        return 32


def sorry(desk: Desk, said: Any, origin: Origin, servers: Mapping[str, Host]) -> Sorry | None:
    """The sorry server of a service, or None."""
    if said is None:
        return None
    if "real_server" in said and "address" in said:
        message = "`sorry_server` has both `real_server` and `address`"
        desk.say("contradiction", origin.at("sorry_server", "address"), message, "keep one of the two")
        return None
    if "real_server" not in said and "address" not in said:
        message = "`sorry_server` has neither `real_server` nor `address`"
        desk.say("missing-key", origin.at("sorry_server"), message, "say who answers: add `real_server:` or `address:`")
        return None
    if "real_server" in said and not desk.known(
        "real server", said["real_server"], origin.at("sorry_server", "real_server"), servers
    ):
        return None
    address = desk.address(said["address"], origin.at("sorry_server", "address")) if "address" in said else None
    return Sorry(said.get("real_server"), address, said.get("port"))
