"""A real server behind a tunnel has no device that opens it.

Why it hurts
    The director wraps each request into another packet. Without a device
    that unwraps it, the real server answers "protocol unreachable", and the
    client sees "connection refused".
Wrong
    far1: {managed: false, holds: {vip_device: lo}}, in a service with mode: tun
Right
    far1: {managed: false, holds: {vip_device: lo, tunnel_device: tunl0}}
Source
    net/ipv4/tunnel4.c tunnel4_rcv(); RFC 2003
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import ForwardingMethod

RULE = Rule("tunnel-not-opened", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each unmanaged host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, _, host in site.pairs(ForwardingMethod.TUN):
        if host.holds is not None and host.holds.tunnel_device is None:
            at = host.holds.origin.name
            who = f"real server {host.name} of service {service.name}"
            message = f"{who} has no device that opens the {service.tunnel.value} tunnel"
            note = Note(service.origin.at("mode"), "this method wraps requests")
            yield at, RULE.at(at, message, "create the device and name it: `tunnel_device: tunl0`", [note])
