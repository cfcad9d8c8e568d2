"""A kernel setting does not exist, or not on that host.

Why it hurts
    Writing it fails, at boot without anybody reading the message, and what
    it was to do is not done. ARP settings have no twin for IPv6; `hidden`
    and `forward_shared` came with patches of old kernels; a device whose
    name has a dot needs the spelling with slashes; net.ipv4.vs exists only
    where lvsc has ip_vs loaded, on directors with a service.
Wrong
    sysctls: {net.ipv4.conf.all.arp_ingore: 1, net.ipv4.conf.eth0.100.rp_filter: 2}
Right
    sysctls: {net.ipv4.conf.all.arp_ignore: 1, net/ipv4/conf/eth0.100/rp_filter: 2}
Source
    net/ipv4/devinet.c devinet_sysctl; net/ipv6/addrconf.c addrconf_sysctl;
    Documentation/networking/ipvs-sysctl.rst
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity, nearest
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.sysctls import IPV4, IPV6, NEIGHBOUR, NEIGHBOUR_TABLE, VS
from lvsc.topology import Host
from lvsc.words import sysctl_name

RULE = Rule("unknown-sysctl", Severity.WARNING)
_TREES = {("ipv4", "conf"): IPV4, ("ipv6", "conf"): IPV6, ("ipv4", "neigh"): NEIGHBOUR, ("ipv6", "neigh"): NEIGHBOUR}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for host in site.topology.hosts():
        for path in (*host.sysctls, *(host.holds.sysctls if host.holds else ())):
            found = _fault(site, host, path)
            if found is not None:
                at = sysctl_span(host, path)
                yield at, RULE.at(at, f"{host.role.value} {host.name} {found[0]}", found[1])


def _fault(site: Site, host: Host, path: str) -> tuple[str, str] | None:
    """What is wrong with a setting, and the remedy."""
    name, parts = sysctl_name(path), path.split("/")
    if parts[:3] == ["net", "ipv4", "vs"] and len(parts) > 3:
        return _of_ipvs(site, host, name, "/".join(parts[3:]))
    known = _TREES.get((parts[1], parts[2])) if len(parts) > 4 else None
    key = "/".join(parts[4:])
    if known is None or key in known or (parts[3] == "default" and key in NEIGHBOUR_TABLE and parts[2] == "neigh"):
        return None
    said = f"has no setting {name}"
    if "/" in key:
        device, last = ".".join(parts[3:-1]), parts[-1]
        return said, f"where a device has a dot, write slashes: `{'/'.join([*parts[:3], device, last])}`"
    if parts[1] == "ipv6" and key in IPV4:
        return (
            f"{said}: {key} is a setting of IPv4",
            "remove it; IPv6 has no such setting, and needs none on real servers",
        )
    return f"{said}{nearest(key, known)}", f"choose one of the settings below net.{parts[1]}.{parts[2]}, or remove it"


def _of_ipvs(site: Site, host: Host, name: str, key: str) -> tuple[str, str] | None:
    state = site.hosts[host.name]
    if key not in VS:
        return f"has no setting {name}{nearest(key, VS)}", "choose one of the settings below net.ipv4.vs, or remove it"
    if state.managed and not state.ipvs:
        return f"has no virtual service, so {name} does not exist there", "set it on directors with a service only"
    return None
