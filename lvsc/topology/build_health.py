"""Health checks, persistence and sorry servers of the model."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

from lvsc.source import Map
from lvsc.topology.desk import Desk
from lvsc.topology.model import Health, Host, Origin, Persistence, Sorry
from lvsc.words import CheckKind

# ipvsadm(8): the longest persistence timeout is 31 days, the default is 300 s.
_LONGEST = 2_678_400
# lib/parser.c: a line of 1023 bytes is split; keepalived refuses waits over 4294 s.
_LONGEST_COMMAND, _LONGEST_WAIT = 800, 3_600_000
_KINDS = [kind.value for kind in CheckKind]


def persistence(desk: Desk, said: Any, origin: Origin) -> Persistence | None:
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
        timeout // 1000, _netmask(desk, details.get("netmask", 32), origin), details.get("netmask6", 128)
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


def health(desk: Desk, said: Any, origin: Origin) -> Health | None:
    """The health check of a service, or None."""
    if said is None:
        return None
    kinds = [kind for kind in _KINDS if kind in said]
    if len(kinds) != 1:
        what = f"has {len(kinds)} kinds of check ({', '.join(kinds)})" if kinds else "has no kind of check"
        desk.say("contradiction", origin.at("health"), f"`health` {what}", f"give exactly one of: {', '.join(_KINDS)}")
        return None
    options = said[kinds[0]] or {}
    _bounds(desk, kinds[0], options, said, origin)
    if kinds[0] == "script" and not options["command"][0].startswith("/"):
        desk.say(
            "wrong-value",
            origin.at("health", "script", "command", 0),
            f"`{options['command'][0]}` is not an absolute path",
            "write the program's whole path, such as /usr/local/bin/check",
        )
    for key in ("interval", "timeout"):
        if desk.milliseconds(said.get(key, 1)) == 0:
            desk.say("wrong-value", origin.at("health", key), f"`{key}` of the check is zero", "write 1s or more")
    return Health(
        kind=CheckKind(kinds[0]),
        port=said.get("port"),
        interval=desk.milliseconds(said.get("interval", 5)),
        timeout=desk.milliseconds(said.get("timeout", 2)),
        retries=said.get("retries", 3),
        retry_delay=desk.milliseconds(said.get("retry_delay", 1)),
        option=tuple(
            (key, tuple(value) if isinstance(value, list) else value) for key, value in sorted(options.items())
        ),
    )


def _bounds(desk: Desk, kind: str, options: Mapping[str, Any], said: Map, origin: Origin) -> None:
    """What keepalived would take in another meaning: a path that is none, a long line, a time of hours."""
    path = options.get("path", "/")
    if not path.startswith("/") or " " in path:
        at = origin.at("health", kind, "path")
        desk.say("wrong-value", at, f"`{path}` is no path", "write a path such as /healthz, without blanks")
    if len(" ".join(options.get("command", ()))) > _LONGEST_COMMAND:
        at = origin.at("health", kind, "command")
        message = f"the command has more than {_LONGEST_COMMAND} characters, and keepalived splits long lines"
        desk.say("wrong-value", at, message, "put it in a script of its own")
    for key in ("timeout", "retry_delay"):
        if key in said and desk.milliseconds(said[key]) > _LONGEST_WAIT:
            desk.say("wrong-value", origin.at("health", key), f"`{key}` is longer than an hour", "write 1h or less")


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
