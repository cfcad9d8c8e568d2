"""The checkers of keepalived.conf, and the files and BFD instances that some of them look at."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from lvsc.emit.keepalived_text import Block, block, seconds
from lvsc.state import Destination, HealthCheck, VirtualService
from lvsc.words import PACELESS, PORTLESS, Address, CheckKind, Plain, pages

_CHECKERS = {
    CheckKind.TCP: "TCP_CHECK",
    CheckKind.HTTP: "HTTP_GET",
    CheckKind.HTTPS: "SSL_GET",
    CheckKind.SMTP: "SMTP_CHECK",
    CheckKind.DNS: "DNS_CHECK",
    CheckKind.UDP: "UDP_CHECK",
    CheckKind.PING: "PING_CHECK",
    CheckKind.SCRIPT: "MISC_CHECK",
    CheckKind.FILE: "FILE_CHECK",
    CheckKind.BFD: "BFD_CHECK",
}


def runs(service: VirtualService) -> bool:
    """Whether keepalived runs a program for a service."""
    checks = any(check.kind is CheckKind.SCRIPT for check in service.every_check())
    return checks or bool(service.upkeep.scripts())


def tracked(services: Iterable[VirtualService]) -> Block:
    """The files and BFD instances of all checks, each once."""
    found: dict[str, list[str]] = {}
    for service in services:
        for destination in service.destinations:
            for check in service.checks_of(destination):
                if check.kind is CheckKind.FILE:
                    path = dict(check.option)["path"]
                    found[f"track_file {_file_name(check)}"] = [f"file {path}"]
                elif check.kind is CheckKind.BFD:
                    found[f"bfd_instance {_bfd_name(destination.address)}"] = list(_bfd(check, destination))
    for head, lines in found.items():
        yield ""
        yield from block(head, lines)


def _file_name(check: HealthCheck) -> str:
    return f"file_{zlib.crc32(str(dict(check.option)['path']).encode()):08x}"


def _bfd_name(address: Address) -> str:
    """2.2.7 takes 31 characters (bfd.h: BFD_INAME_MAX), which the names of real servers may have more of."""
    return f"bfd_{zlib.crc32(str(address).encode()):08x}"


def _bfd(check: HealthCheck, destination: Destination) -> Block:
    option = dict(check.option)
    yield f"neighbor_ip {destination.address}"
    for key in ("min_rx", "min_tx", "idle_tx", "multiplier", "max_hops"):
        if key in option:
            yield f"{key} {option[key]}"
    if option.get("passive"):
        yield "passive"


def checker(check: HealthCheck, destination: Destination, pace: HealthCheck | None) -> Block:
    """One checker of a real server; `pace` is the check whose interval the virtual server states."""
    return block(_CHECKERS[check.kind], _checker(check, destination, pace))


def _checker(check: HealthCheck, destination: Destination, pace: HealthCheck | None) -> Block:
    if check.kind not in PACELESS:
        if pace is not None and check.interval != pace.interval:
            yield f"delay_loop {seconds(check.interval)}"
        yield from _script(check) if check.kind is CheckKind.SCRIPT else _connection(check, destination)
        yield f"retry {check.retries}"
        yield f"delay_before_retry {seconds(check.retry_delay)}"
        if check.warmup is not None:
            yield f"warmup {seconds(check.warmup)}"
        if check.log_all_failures:
            yield "log_all_failures"
    if check.alpha:
        yield "alpha"
    yield from _own(check, destination)


def _connection(check: HealthCheck, destination: Destination) -> Block:
    version = destination.address.version
    yield from (f"connect_ip {each}" for each in check.addresses if each.version == version)
    port = check.port or (None if destination.port else check.first_port)
    if port is not None and check.kind not in PORTLESS:
        yield f"connect_port {port}"
    yield from (f"bindto {each}" for each in check.sources if each.version == version)
    if check.source_port is not None:
        yield f"bind_port {check.source_port}"
    if check.mark is not None:
        yield f"fwmark {check.mark}"
    yield f"connect_timeout {seconds(check.timeout)}"


def _script(check: HealthCheck) -> Block:
    option = dict(check.option)
    command = option["command"]
    assert isinstance(command, tuple)
    yield f'misc_path "{" ".join(map(str, command))}"'
    yield f"misc_timeout {max(1, round(check.timeout / 1000))}"
    if "user" in option:
        yield f"user {option['user']}"


def _own(check: HealthCheck, destination: Destination) -> Block:
    """What only its kind has."""
    option = dict(check.option)
    if check.kind in (CheckKind.HTTP, CheckKind.HTTPS):
        yield from _http(check, option)
    elif check.kind is CheckKind.SMTP and "helo" in option:
        yield f"helo_name {option['helo']}"
    elif check.kind is CheckKind.DNS:
        yield f"type {option.get('type', 'SOA')}"
        yield f"name {option.get('name', '.')}"
    elif check.kind is CheckKind.UDP:
        yield from _udp(option)
    elif check.kind is CheckKind.FILE:
        yield f"track_file {_file_name(check)}"
        yield f"weight {option.get('weight', 0)}"
    elif check.kind is CheckKind.BFD:
        yield f"name {_bfd_name(destination.address)}"


def _udp(option: Mapping[str, object]) -> Block:
    if "payload" in option:
        yield f"payload {option['payload']}"
    if option.get("require_reply"):
        yield f"require_reply {option['reply']}" if "reply" in option else "require_reply"
    for key, word in (("min_length", "min_reply_length"), ("max_length", "max_reply_length")):
        if key in option:
            yield f"{word} {option[key]}"


def _http(check: HealthCheck, option: Mapping[str, object]) -> Block:
    asked = pages(check.option)
    if "urls" not in option and "host" in option:
        yield f"virtualhost {option['host']}"
    if "protocol" in option:
        yield f"http_protocol {option['protocol']}"
    if check.kind is CheckKind.HTTPS and option.get("sni", True):
        yield "enable_sni"
    if option.get("fast_recovery"):
        yield "fast_recovery"
    for page in asked:
        yield from block("url", _page(page, "urls" in option))


def _page(page: Mapping[str, Plain], several: bool) -> Block:
    yield f'path "{page.get("path", "/")}"'
    if several and "host" in page:
        yield f"virtualhost {page['host']}"
    if "status" in page:
        status = page["status"]
        yield f"status_code {' '.join(status) if isinstance(status, tuple) else status}"
    if "digest" in page:
        yield f"digest {page['digest']}"
    if "regex" in page:
        yield f'regex "{page["regex"]}"'
    if page.get("regex_no_match"):
        yield "regex_no_match"
    options = page.get("regex_options", ())
    if isinstance(options, tuple) and options:
        yield f"regex_options {' '.join(options)}"
    for key in ("regex_min_offset", "regex_max_offset"):
        if key in page:
            yield f"{key} {page[key]}"
