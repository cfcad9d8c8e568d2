"""The sorry server of a service is one of its real servers.

Why it hurts
    The sorry server answers when no real server can: then this one cannot,
    either. IPVS knows it by its address and port, so keepalived adds and
    removes one entry for two purposes.
Wrong
    real_servers: [web1, web2], sorry_server: {real_server: web1}
Right
    real_servers: [web1, web2], sorry_server: {real_server: sorry1}
Source
    keepalived, issues 490 and 2601; net/netfilter/ipvs/ip_vs_ctl.c ip_vs_add_dest(): EEXIST
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Member, Service, Sorry
from lvsc.words import Address, ForwardingMethod

RULE = Rule("sorry-server-is-real-server", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a sorry server is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    names = _names(site)
    for service in site.topology.services.values():
        sorry = service.sorry
        if sorry is None:
            continue
        name = sorry.server or (names.get(sorry.address) if sorry.address is not None else None)
        member = next((each for each in service.members if each.server == name and _same(service, each, sorry)), None)
        if member is not None:
            at = service.origin.at("sorry_server", "real_server" if sorry.server else "address")
            who = sorry.server or f"{sorry.address} ({member.server})"
            message = f"sorry server {who} of service {service.name} is one of its real servers"
            message = f"{message}: when none of them answers, neither does it"
            remedy = "name another host, or remove `sorry_server`"
            yield at, RULE.at(at, message, remedy, [Note(member.origin.name, "the real server")])


def _names(site: Site) -> dict[Address, str]:
    """Which real server has an address."""
    hosts = site.topology.real_servers.values()
    return {address.ip: host.name for host in hosts for port in host.ports for address in port.addresses}


def _same(service: Service, member: Member, sorry: Sorry) -> bool:
    """Only nat can tell two ports of a host apart."""
    if service.mode is not ForwardingMethod.NAT:
        return True
    own = {low for low, _ in service.ports}
    return not ({member.port} if member.port else own).isdisjoint({sorry.port} if sorry.port else own)
