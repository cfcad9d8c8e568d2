"""A director forwards packets, and nothing in the cluster needs it.

Why it hurts
    Old guides set ip_forward on every director. Direct routing and tunnels
    do not need it, only NAT and hosts that have the director as their
    gateway do. A host that forwards lets everybody who reaches it through to
    its other networks, and sends redirects.
Wrong
    mode: dr, directors: {lvs1: {sysctls: {net.ipv4.ip_forward: 1}}}
Right
    no such setting; lvsc sets it where a service with mode nat needs it
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_in_hook(): requests are taken in LOCAL_IN, not forwarded
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, sysctl_span
from lvsc.rules.mending import drop_sysctl
from lvsc.state import HostState
from lvsc.topology import Host
from lvsc.words import Address, Family, ForwardingMethod, sysctl_name

RULE = Rule("forwards-without-need", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director and family."""
    talking = {name: host for name, host in site.topology.directors.items() if _stated(host, Family.V4, Family.V6)}
    used = _gateways(site) if talking else set()
    for name, host in talking.items():
        state = site.hosts[name]
        if not state.ipvs:
            continue
        for family in Family:
            key = _stated(host, family)
            if key is not None and not _translates(state, family) and not _is_gateway(state, family, used):
                said = f"director {name} forwards IPv{family.value} packets ({sysctl_name(key)} is 1)"
                message = f"{said}: none of its services needs that, and nobody has it as a gateway"
                yield RULE.at(sysctl_span(host, key), message, f"remove {sysctl_name(key)}", fix=drop_sysctl(host, key))


def _stated(host: Host, *families: Family) -> str | None:
    """The first setting of the host that switches forwarding on."""
    trees = tuple(f"net/ipv{family.value}/" for family in families)
    return next(
        (
            path
            for path, value in host.sysctls.items()
            if value and path.startswith(trees) and path.rpartition("/")[2] in ("ip_forward", "forwarding")
        ),
        None,
    )


def _gateways(site: Site) -> set[Address]:
    """The addresses by way of which somebody sends packets; floating gateways are there for that."""
    stated = {gateway for group in site.topology.failover.values() for gateway in group.gateways}
    return stated | {route.via for state in site.hosts.values() for route in state.routes if route.via is not None}


def _translates(state: HostState, family: Family) -> bool:
    entries = (entry for entry in state.ipvs if entry.family is family)
    return any(each.method is ForwardingMethod.NAT for entry in entries for each in entry.destinations)


def _is_gateway(state: HostState, family: Family, used: set[Address]) -> bool:
    own = {held.ip for held in state.addresses}
    own |= {address.ip for instance in state.vrrp for address, _ in instance.addresses}
    return any(address.version == family.value for address in own & used)
