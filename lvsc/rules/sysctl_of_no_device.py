"""A kernel setting is for a device that the host does not have.

Why it hurts
    The setting is lost: there is no such file when it is written, and what
    it was to protect stays as it was. `all` and `default` are no devices.
Wrong
    interfaces: {ens3: ...}, sysctls: {net.ipv4.conf.eth0.arp_ignore: 1}
Right
    interfaces: {ens3: ...}, sysctls: {net.ipv4.conf.ens3.arp_ignore: 1}
Source
    Documentation/networking/ip-sysctl.rst, /proc/sys/net/ipv4/conf/interface
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity, nearest
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.words import sysctl_name

RULE = Rule("sysctl-of-no-device", Severity.WARNING)
_TREES = (("net", "ipv4", "conf"), ("net", "ipv6", "conf"), ("net", "ipv4", "neigh"), ("net", "ipv6", "neigh"))
_NONE = {"all", "default"}
# What the kernel makes by itself when a tunnel's module is loaded.
_OF_MODULES = {"tunl0", "sit0", "gre0", "gretap0", "erspan0", "ip6tnl0", "ip6gre0", "ip_vti0", "ip6_vti0"}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for host in site.topology.hosts():
        known: set[str] = set()
        for path in (*host.sysctls, *(host.holds.sysctls if host.holds else ())):
            device = _device(path)
            if device is None:
                continue
            known = known or {link.name for link in site.hosts[host.name].links}
            if device not in known:
                at = sysctl_span(host, path)
                said = f"{host.role.value} {host.name} has no device {device}"
                message = f"{said}, so {sysctl_name(path)} has no effect{nearest(device, known)}"
                yield at, RULE.at(at, message, f"name one of its devices: {', '.join(sorted(known))}")


def _device(path: str) -> str | None:
    """The device that a setting is for."""
    parts = path.split("/")
    one = len(parts) > 4 and tuple(parts[:3]) in _TREES and parts[3] not in _NONE | _OF_MODULES
    return parts[3] if one else None
