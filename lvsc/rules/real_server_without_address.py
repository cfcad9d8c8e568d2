"""A real server has no address of the VIP's family.

Why it hurts
    The director knows a real server by an address, and forwards IPv4 to
    IPv4 and IPv6 to IPv6; only a tunnel crosses families. A real server
    without such an address is left out of the service without a word, and a
    service whose real servers are all left out answers nobody.
Wrong
    VIP 2001:db8::100, mode: dr, real server with 192.0.2.11 only
Right
    an IPv6 address on the real server, or a VIP of IPv4 alone
Source
    net/netfilter/ipvs/ip_vs_ctl.c ip_vs_genl_set_cmd()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Host
from lvsc.words import ForwardingMethod

RULE = Rule("real-server-without-address", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    held: dict[str, set[int]] = {}
    for service, member, host in site.pairs(*ForwardingMethod):
        versions = held.setdefault(host.name, _versions(host))
        vip = site.topology.vips[service.vip]
        wanted = {address.version for address in vip.addresses}
        missing = sorted(wanted if not versions else wanted - versions)
        if not missing or (versions and service.mode is ForwardingMethod.TUN):
            continue
        message = f"real server {host.name} of service {service.name} has no IPv{missing[0]} address for VIP {vip.name}"
        notes = [Note(vip.origin.name, "the VIP"), Note(host.origin.name, "the real server")]
        remedy = f"give {host.name} an IPv{missing[0]} address, or use a VIP without IPv{missing[0]}"
        yield host.origin.name, RULE.at(member.origin.name, message, remedy, notes)


def _versions(host: Host) -> set[int]:
    return {address.version for port in host.ports for address in port.addresses}
