"""A director's reverse-path filter drops the connections that the other one sends it.

Why it hurts
    The sync daemon speaks IPv4, also for connections of IPv6. On a network
    where a director has no IPv4 address it sends from one of another
    network. The other director's way back to that address is another device,
    and its filter drops the messages before the daemon sees them. Both
    daemons run and report nothing; after a failover no connection is known.
Wrong
    networks: {rack: {subnet: "2001:db8::/64"}}, sync: {network: rack},
    sysctls: {net.ipv4.conf.all.rp_filter: 1}; 2 is no better on a device without IPv4
Right
    IPv4 addresses on network rack, too
Source
    net/netfilter/ipvs/ip_vs_sync.c bind_mcastif_addr(); net/ipv4/route.c ip_mc_validate_source()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.reverse_path import drops, filtering, settings
from lvsc.state import HostState
from lvsc.topology import Failover
from lvsc.words import Address, Family

RULE = Rule("reverse-path-drops-sync", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group, at the filter of its first such director."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for group in ipvs.synchronised(site):
        for name in group.directors:
            state = site.hosts[name]
            if state.sync is not None and filtering(state, state.sync.device):
                yield from _deaf(site, group, state, state.sync.device)


def _deaf(site: Site, group: Failover, state: HostState, device: str) -> Iterator[tuple[object, Finding]]:
    dropped = ((name, _dropped(site, name, state)) for name in group.directors)
    other, source = next(((name, source) for name, source in dropped if source is not None), (None, None))
    if source is None or group.sync is None:
        return
    network = group.sync.network
    said = f"director {state.name} drops the connections that {other} sends it on {device}: they come from {source}"
    message = f"{said}, which is not on network {network} (rp_filter is {filtering(state, device)})"
    remedy = f"give the directors IPv4 addresses on network {network}, or set rp_filter to 0 on {device} of each"
    at = sysctl_span(site.topology.directors[state.name], *settings(device))
    yield group.name, RULE.at(at, message, remedy, [Note(group.origin.at("sync", "network"), "the synchronisation")])


def _dropped(site: Site, sender: str, state: HostState) -> Address | None:
    """The address from which a director sends, if the other one drops it."""
    other = site.hosts[sender]
    if sender == state.name or other.sync is None or state.sync is None:
        return None
    source = _source(other, other.sync.device)
    if source is None:
        return None
    device, back = state.sync.device, site.cluster.next_hop(state.name, source)
    value = filtering(state, device)
    # A device without an address of its own is judged strictly (fib_frontend.c __fib_validate_source).
    bare = not any(state.held_on(device, Family.V4))
    return source if drops(1 if bare and value else value, device, back) else None


def _source(state: HostState, device: str) -> Address | None:
    """Its first IPv4 address on the device, else on another; a host without any sends from 0.0.0.0, which passes."""
    own = [held for held in state.addresses if held.ip.version == 4 and not held.ip.is_loopback]
    return next((held.ip for held in sorted(own, key=lambda held: held.device != device)), None)
