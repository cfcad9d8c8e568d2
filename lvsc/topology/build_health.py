"""Health checks of the model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lvsc.finding import Note
from lvsc.source import Map
from lvsc.topology.build_upkeep import script
from lvsc.topology.desk import Desk, listed
from lvsc.topology.model import Health, Origin, Service
from lvsc.words import Address, CheckKind, Option, Plain

# keepalived refuses waits over 4294 s.
_LONGEST_WAIT = 3_600_000
_KINDS = [kind.value for kind in CheckKind]
_PACE = ("interval", "timeout", "retries", "retry_delay", "warmup", "log_all_failures")
_CONNECTION = ("address", "source", "source_port", "mark")
_USELESS = {
    CheckKind.PING: ("source_port",),
    CheckKind.SCRIPT: _CONNECTION,
    CheckKind.FILE: (*_PACE, *_CONNECTION, "port", "alpha"),
    CheckKind.BFD: (*_PACE, *_CONNECTION, "port"),
}
_OF_PAGE = ("path", "status", "host", "digest", "regex")
_OF_REGEX = ("regex_no_match", "regex_options", "regex_min_offset", "regex_max_offset")
# What Python and PCRE refuse alike; keepalived 2.2.7 goes on with a freed expression (check_http.c: prepare_regex).
_BROKEN = ("missing ), unterm", "unbalanced parenthesis", "unterminated character set", "nothing to repeat")


def checks(desk: Desk, said: Any, origin: Origin) -> tuple[Health, ...]:
    """The health checks that `health` of a service or real server says."""
    if said is None:
        return ()
    if isinstance(said, Map):
        found = [_health(desk, said, Origin(origin.at("health"), said))]
    else:
        found = [_health(desk, each, Origin(origin.at("health", index), each)) for index, each in enumerate(said)]
    kept = tuple(check for check in found if check is not None)
    files = [dict(check.option)["path"] for check in kept if check.kind is CheckKind.FILE]
    if sum(check.kind is CheckKind.BFD for check in kept) > 1 or len(set(files)) < len(files):
        message = "the same check stands twice in `health`"
        desk.say("contradiction", origin.at("health"), message, "keep one of the two")
    return kept


def sessions(desk: Desk, services: Iterable[Service]) -> None:
    """A real server has one BFD session, whichever services look at it (bfd_data.c: one instance a neighbour)."""
    found: dict[str, Health] = {}
    for service in services:
        if all(check.kind is not CheckKind.BFD for check in service.every_check()):
            continue
        for member in service.members:
            for check in (each for each in service.checks_of(member) if each.kind is CheckKind.BFD):
                first = found.setdefault(member.server, check)
                if first.option != check.option:
                    message = f"the BFD session with {member.server} has other options here"
                    notes = [Note(first.origin.at("bfd"), "and these here")]
                    desk.say("contradiction", check.origin.at("bfd"), message, "make both the same", notes)


def _health(desk: Desk, said: Map, origin: Origin) -> Health | None:
    kinds = [kind for kind in _KINDS if kind in said]
    if len(kinds) != 1:
        what = f"has {len(kinds)} kinds of check ({', '.join(kinds)})" if kinds else "has no kind of check"
        several = "; several checks are a list" if kinds else ""
        desk.say("contradiction", origin.name, f"`health` {what}", f"give exactly one of: {', '.join(_KINDS)}{several}")
        return None
    kind, options = CheckKind(kinds[0]), said[kinds[0]] or {}
    _suits(desk, kind, said, origin)
    _bounds(desk, said, origin)
    _OPTIONS.get(kind, _nothing)(desk, kind, options, origin)
    return Health(
        kind=kind,
        port=said.get("port"),
        interval=desk.milliseconds(said.get("interval", 5)),
        timeout=desk.milliseconds(said.get("timeout", 2)),
        retries=said.get("retries", 3),
        retry_delay=desk.milliseconds(said.get("retry_delay", 1)),
        option=_option(desk, kind, options),
        origin=origin,
        warmup=desk.milliseconds(said["warmup"]) if "warmup" in said else None,
        alpha=said.get("alpha", False),
        log_all_failures=said.get("log_all_failures", False),
        addresses=_addresses(desk, origin, "address"),
        sources=_addresses(desk, origin, "source"),
        source_port=said.get("source_port"),
        mark=said.get("mark"),
    )


def _suits(desk: Desk, kind: CheckKind, said: Map, origin: Origin) -> None:
    """Keys that mean nothing for a kind of check."""
    for key in (key for key in _USELESS.get(kind, ()) if key in said):
        desk.say("contradiction", origin.at(key), f"a {kind.value} check has no `{key}`", f"remove `{key}`")


def _bounds(desk: Desk, said: Map, origin: Origin) -> None:
    """What keepalived would take in another meaning: no time at all, a time of hours."""
    for key in ("interval", "timeout"):
        if desk.milliseconds(said.get(key, 1)) == 0:
            desk.say("wrong-value", origin.at(key), f"`{key}` of the check is zero", "write 1s or more")
    for key in ("timeout", "retry_delay", "warmup"):
        if key in said and desk.milliseconds(said[key]) > _LONGEST_WAIT:
            desk.say("wrong-value", origin.at(key), f"`{key}` is longer than an hour", "write 1h or less")


def _addresses(desk: Desk, origin: Origin, key: str) -> tuple[Address, ...]:
    """Addresses of a check, one of each family."""
    assert origin.node is not None
    said = origin.node.get(key, [])
    places = [origin.at(key, index) for index in range(len(said))] if isinstance(said, list) else [origin.at(key)]
    found: dict[int, Address] = {}
    for text, at in zip(listed(said), places, strict=True):
        address = desk.address(text, at)
        if address is not None and address.version in found:
            message = f"{address} is the second IPv{address.version} address of `{key}`"
            desk.say("contradiction", at, message, "keep one of each family")
        elif address is not None:
            found[address.version] = address
    return tuple(found.values())


def _option(desk: Desk, kind: CheckKind, options: Mapping[str, Any]) -> Option:
    """The options as plain values; durations in milliseconds."""
    if kind is CheckKind.BFD:
        return tuple(
            (key, value if key in ("multiplier", "passive", "max_hops") else desk.milliseconds(value))
            for key, value in sorted(options.items())
        )
    return tuple(
        (key, tuple(_page(page) for page in value) if key == "urls" else _plain(key, value))
        for key, value in sorted(options.items())
    )


def _page(said: Mapping[str, Any]) -> tuple[tuple[str, Plain], ...]:
    return tuple((key, _plain(key, value)) for key, value in sorted(said.items()))


def _plain(key: str, value: Any) -> Plain:
    """Lists as tuples of words; one status stays a number."""
    if key == "regex_options" or (key == "status" and isinstance(value, (list, str))):
        return tuple(str(each) for each in listed(value))
    plain: Plain = tuple(value) if isinstance(value, list) else value
    return plain


def _nothing(desk: Desk, kind: CheckKind, options: Mapping[str, Any], origin: Origin) -> None:
    """A kind whose options are right once they have the right shape."""


def _http(desk: Desk, kind: CheckKind, options: Mapping[str, Any], origin: Origin) -> None:
    own = [key for key in (*_OF_PAGE, *_OF_REGEX) if key in options]
    if "sni" in options and kind is CheckKind.HTTP:
        at = origin.at(kind.value, "sni")
        desk.say("contradiction", at, "a http check has no `sni`", "remove `sni`, or check with https")
    if "urls" not in options:
        _right(desk, options, origin, kind.value)
        return
    if own:
        message = f"the check has both `{own[0]}` and `urls`"
        desk.say("contradiction", origin.at(kind.value, own[0]), message, "write it into each of `urls`")
    for index, page in enumerate(options["urls"]):
        _right(desk, page, origin, kind.value, "urls", index)


def _right(desk: Desk, page: Mapping[str, Any], origin: Origin, *path: str | int) -> None:
    """What keepalived would take in another meaning, or pass over."""
    asked = page.get("path", "/")
    if not asked.startswith("/") or " " in asked:
        at = origin.at(*path, "path")
        desk.say("wrong-value", at, f"`{asked}` is no path", "write a path such as /healthz, without blanks")
    for index, text in enumerate(listed(page.get("status", []))):
        low, _, high = str(text).partition("-")
        if high and not int(low) <= int(high):
            at = origin.at(*path, "status", index) if isinstance(page["status"], list) else origin.at(*path, "status")
            desk.say("wrong-value", at, f"`{text}` is no range of statuses", "write a range such as 400-404")
    _regex(desk, page, origin, path)


def _regex(desk: Desk, page: Mapping[str, Any], origin: Origin, path: tuple[str | int, ...]) -> None:
    if "digest" in page and "regex" in page:
        message = "a page has both `digest` and `regex`: the digest says already what stands there"
        desk.say("contradiction", origin.at(*path, "regex"), message, "keep one of the two")
    for key in (key for key in _OF_REGEX if key in page and "regex" not in page):
        desk.say("contradiction", origin.at(*path, key), f"`{key}` is without a `regex`", f"remove `{key}`")
    low, high = page.get("regex_min_offset", 0), page.get("regex_max_offset")
    if high is not None and low > high:
        message = f"`regex_min_offset` is {low}, above `regex_max_offset`, {high}"
        desk.say("contradiction", origin.at(*path, "regex_min_offset"), message, f"write {high} or less")
    fault = broken(page.get("regex", ""))
    if fault is not None:
        desk.say("wrong-value", origin.at(*path, "regex"), f"`{page['regex']}` is no expression: {fault}", "correct it")


def broken(regex: str) -> str | None:
    """What is wrong with an expression, where that is sure."""
    try:
        re.compile(regex)
    except re.error as error:
        return error.msg if error.msg.startswith(_BROKEN) else None
    except (OverflowError, RecursionError):
        return "it is too large"
    return None


def _udp(desk: Desk, kind: CheckKind, options: Mapping[str, Any], origin: Origin) -> None:
    for key in ("payload", "reply"):
        text = options.get(key, "")
        if len(text) % 2 or (key == "payload" and "x" in text.lower()):
            message = f"`{text}` is no whole bytes in hexadecimal digits"
            desk.say("wrong-value", origin.at("udp", key), message, "write two digits for each byte")
    for key in (key for key in ("reply", "min_length", "max_length") if key in options):
        if not options.get("require_reply"):
            message = f"`{key}` looks at an answer, which the check does not wait for"
            desk.say("contradiction", origin.at("udp", key), message, "add `require_reply: true`")
    low, high = options.get("min_length", 0), options.get("max_length", 255)
    if low > high:
        message = f"`min_length` is {low}, above `max_length`, {high}: every answer fails"
        desk.say("contradiction", origin.at("udp", "min_length"), message, f"write {high} or less, or a `max_length`")


def _script(desk: Desk, kind: CheckKind, options: Mapping[str, Any], origin: Origin) -> None:
    script(desk, options, origin, "script")


def _file(desk: Desk, kind: CheckKind, options: Mapping[str, Any], origin: Origin) -> None:
    if not options["path"].startswith("/"):
        at = origin.at("file", "path")
        desk.say("wrong-value", at, f"`{options['path']}` is not an absolute path", "write the file's whole path")


def _bfd(desk: Desk, kind: CheckKind, options: Mapping[str, Any], origin: Origin) -> None:
    for key, least in (("min_rx", 1), ("min_tx", 1), ("idle_tx", 1000)):
        time = desk.milliseconds(options.get(key, 1))
        if key in options and not least <= time <= 10_000:
            message = f"`{key}` of bfd is not from {least}ms to 10s"
            desk.say("wrong-value", origin.at("bfd", key), message, "write a time between")


_OPTIONS: Mapping[CheckKind, Callable[[Desk, CheckKind, Mapping[str, Any], Origin], None]] = {
    CheckKind.HTTP: _http,
    CheckKind.HTTPS: _http,
    CheckKind.UDP: _udp,
    CheckKind.SCRIPT: _script,
    CheckKind.FILE: _file,
    CheckKind.BFD: _bfd,
}
