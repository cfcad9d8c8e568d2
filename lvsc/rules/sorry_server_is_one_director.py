"""The sorry server is one director of several.

Why it hurts
    A packet that a director forwards to itself is delivered there, because
    it holds the VIP. From the other director the packet goes over the wire to
    one that does not hold it, which drops it; with nat the answer does not
    come back the way it must. The sorry page works until the failover.
Wrong
    directors lvs1 (192.0.2.2) and lvs2, sorry_server: {address: 192.0.2.2}
Right
    mode: dr, sorry_server: {address: 127.0.0.1}, with a web server on each director; or a host of its own
Source
    net/netfilter/ipvs/ip_vs_xmit.c: local destinations
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Host
from lvsc.words import Address, ForwardingMethod

RULE = Rule("sorry-server-is-one-director", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such an address is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    owners = _owners(site)
    for service in site.topology.services.values():
        address = service.sorry.address if service.sorry is not None else None
        owner = owners.get(address) if address is not None else None
        others = [name for name in site.topology.vips[service.vip].directors if owner and name != owner.name]
        if owner is None or not others:
            continue
        at = service.origin.at("sorry_server", "address")
        message = f"sorry server {address} of service {service.name} is director {owner.name}"
        message = f"{message}: it does not answer while {others[0]} holds the VIP"
        loopback = service.mode is ForwardingMethod.DR and address is not None and address.version == 4
        remedy = "write `address: 127.0.0.1`, so that each director answers itself" if loopback else "name another host"
        yield at, RULE.at(at, message, remedy, [Note(owner.origin.name, "the director")])


def _owners(site: Site) -> dict[Address, Host]:
    """Which director has an address."""
    hosts = site.topology.directors.values()
    return {address.ip: host for host in hosts for port in host.ports for address in port.addresses}
