"""The director forgets connections that their applications keep open without a word.

Why it hurts
    An established connection without a packet for 15 minutes is removed from
    the director's table. The kernel sends its first keepalive after two
    hours, so nothing refreshes the entry: the next query of a pooled
    database connection is answered with a reset, or runs into a timeout.
Wrong
    port: 5432, and nothing about keepalives
Right
    real_servers: {db1: {..., sysctls: {net.ipv4.tcp_keepalive_time: 600}}}
Source
    net/netfilter/ipvs/ip_vs_proto_tcp.c tcp_timeouts; ip-sysctl.rst tcp_keepalive_time
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Service
from lvsc.words import Protocol

RULE = Rule("idle-connections-forgotten", Severity.INFO)
_KEEPALIVE, _FORGOTTEN, _USUAL = "net/ipv4/tcp_keepalive_time", 900, 7200
# Their servers ask for keepalives at the time that the kernel has; others send some by themselves, or never.
_PORTS = {
    22: "SSH",
    389: "LDAP",
    636: "LDAP",
    3306: "MySQL",
    5432: "PostgreSQL",
}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service."""
    for service in site.topology.services.values():
        found = [index for index, (low, high) in enumerate(service.ports) if low == high and low in _PORTS]
        if not found or Protocol.TCP not in service.protocols:
            continue
        slow = [member.server for member in service.members if _first(site, member.server) >= _FORGOTTEN]
        if slow:
            yield _forgotten(service, found[0], slow[0], _first(site, slow[0]))


def _first(site: Site, name: str) -> int:
    """Seconds until a host's first keepalive."""
    value = site.hosts[name].sysctl(_KEEPALIVE)
    return _USUAL if value is None else value


def _forgotten(service: Service, index: int, server: str, seconds: int) -> Finding:
    port = service.ports[index][0]
    message = f"connections of service {service.name} ({_PORTS[port]}) that are idle for {_FORGOTTEN // 60} minutes are"
    message = f"{message} forgotten by the director: {server} sends keepalives after {seconds / 60:g} minutes"
    at = service.origin.at("port") if service.origin.says("port") else service.origin.at("ports", index)
    return RULE.at(at, message, "set net.ipv4.tcp_keepalive_time: 600 in the `sysctls` of its real servers")
