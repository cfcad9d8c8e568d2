"""A real server behind a tunnel has no device that opens it.

Why it hurts
    The director wraps each request into another packet. Without a device
    that unwraps it, the real server answers "protocol unreachable", and the
    client sees "connection refused". Of the devices that the kernel makes by
    itself, each opens one kind: tunl0 IPv4 in IPv4, sit0 IPv6 in IPv4,
    ip6tnl0 what is in IPv6, gre0 and ip6gre0 GRE.
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
from lvsc.state import LinkKind
from lvsc.topology import Host, Service
from lvsc.words import ForwardingMethod

RULE = Rule("tunnel-not-opened", Severity.ERROR)
_OF_KERNEL = {
    "tunl0": LinkKind.IPIP,
    "sit0": LinkKind.SIT,
    "gre0": LinkKind.GRE,
    "ip6tnl0": LinkKind.IP6TNL,
    "ip6gre0": LinkKind.IP6GRE,
}


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
        elif host.holds is not None and host.holds.tunnel_device in _OF_KERNEL:
            yield from _other_kind(site, service, host, host.holds.tunnel_device)


def _other_kind(site: Site, service: Service, host: Host, device: str) -> Iterator[tuple[object, Finding]]:
    """A device of the kernel's own that opens another kind of packet than the host gets."""
    wanted = next((link.kind for link in site.hosts[host.name].links if link.name == device), None)
    if wanted is None or host.holds is None or wanted is _OF_KERNEL[device]:
        return
    at = host.holds.origin.at("tunnel_device")
    right = next((name for name, kind in _OF_KERNEL.items() if kind is wanted), "another device")
    message = f"{device} of real server {host.name} does not open the {service.tunnel.value} tunnel"
    message = f"{message} of service {service.name}"
    note = Note(service.origin.at("mode"), "this method wraps requests")
    yield at, RULE.at(at, message, f"name the device that does, such as {right}", [note])
