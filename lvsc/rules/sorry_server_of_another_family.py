"""A VIP has a family for which its service has no sorry server.

Why it hurts
    A sorry server takes over VIPs of its own family, and a tunnel to it does
    not cross families. When no real server can answer, clients of the other
    family are refused, although the topology names somebody to say sorry.
Wrong
    VIP 2001:db8::100, sorry_server: {address: 192.0.2.99}
Right
    sorry_server: {real_server: sorry1}, with an address of each family of the VIP
Source
    keepalived.conf(5) sorry_server; net/netfilter/ipvs/ip_vs_ctl.c ip_vs_genl_set_cmd()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Service, Sorry
from lvsc.words import ForwardingMethod

RULE = Rule("sorry-server-of-another-family", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a sorry server is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        if service.sorry is None:
            continue
        vip = site.topology.vips[service.vip]
        versions = _versions(site, service, service.sorry)
        lacking = next((address for address in vip.addresses if versions and address.version not in versions), None)
        if lacking is not None:
            key = "real_server" if service.sorry.server else "address"
            at = service.origin.at("sorry_server", key)
            who = service.sorry.server or str(service.sorry.address)
            message = f"sorry server {who} of service {service.name} has no IPv{lacking.version} address"
            message = f"{message}: nobody answers for {lacking} when no real server can"
            remedy = f"name a `real_server` that has IPv{lacking.version}, too"
            yield at, RULE.at(at, message, remedy, [Note(vip.origin.name, "the VIP")])


def _versions(site: Site, service: Service, sorry: Sorry) -> set[int]:
    """The families it has; none where another rule asks (real-server-without-address)."""
    if sorry.address is not None:
        return {sorry.address.version}
    if sorry.server is None or service.mode is not ForwardingMethod.TUN:
        return set()
    host = site.topology.real_servers[sorry.server]
    return {address.version for port in host.ports for address in port.addresses}
