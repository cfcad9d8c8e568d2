"""A director synchronises connections and has a tunnel that crosses address families.

Why it hurts
    The messages of the sync daemon have one address family for client, VIP
    and real server. The kernel refuses the daemon while a real server of
    another family than its VIP is in the table, and such a real server while
    the daemon runs. Whichever comes first wins: no synchronisation, or no
    real server.
Wrong
    sync: {network: edge}, with a VIP of IPv6 and mode tun to a real server of IPv4 only
Right
    an IPv6 address on the real server, or no sync
Source
    net/netfilter/ipvs/ip_vs_ctl.c ip_vs_genl_new_daemon(), ip_vs_genl_set_cmd(): EINVAL
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Failover, Host, Member, Service
from lvsc.words import ForwardingMethod

RULE = Rule("sync-beside-mixed-families", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group that asks for synchronisation."""
    groups = [group for group in site.topology.failover.values() if group.sync is not None]
    crossing = _crossing(site) if groups else {}
    for group in groups:
        found = next((crossing[name] for name in group.directors if name in crossing), None)
        if found is not None:
            yield _refused(group, *found)


def _crossing(site: Site) -> dict[str, tuple[Service, Member, int]]:
    """For each director a service, a real server of it that lacks the VIP's family, and that family."""
    found: dict[str, tuple[Service, Member, int]] = {}
    held: dict[str, set[int]] = {}
    for service, member, host in site.topology.pairs(ForwardingMethod.TUN):
        own = held.setdefault(host.name, _versions(host))
        vip = site.topology.vips[service.vip]
        missing = next((address.version for address in vip.addresses if own and address.version not in own), None)
        if missing is not None:
            for name in vip.directors:
                found.setdefault(name, (service, member, missing))
    return found


def _refused(group: Failover, service: Service, member: Member, version: int) -> Finding:
    other = 10 - version
    tunnel = f"the tunnel of service {service.name} to {member.server} carries IPv{version} over IPv{other}"
    message = f"sync of failover group {group.name} and {tunnel}: the kernel refuses one of the two"
    remedy = f"give {member.server} an IPv{version} address, or remove `sync`"
    notes = [Note(member.origin.name, f"it has no IPv{version} address")]
    return RULE.at(group.origin.at("sync"), message, remedy, notes)


def _versions(host: Host) -> set[int]:
    return {address.version for port in host.ports for address in port.addresses}
