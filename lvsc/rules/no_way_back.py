"""A real server has no route to the clients.

Why it hurts
    With direct routing and tunnels the real server answers the client
    itself. Without a route to it the answer is never sent: the request
    arrives, and the client waits in vain.
Wrong
    networks: {inside: {subnet: 10.0.0.0/24}}, clients behind a router
Right
    networks: {inside: {subnet: 10.0.0.0/24, gateway: 10.0.0.254}}
Source
    net/ipv4/route.c ip_route_output_key_hash_rcu(): ENETUNREACH
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, gateway_span, once
from lvsc.rules.way_home import Way, ways_home
from lvsc.source import Span
from lvsc.topology import Host
from lvsc.words import ForwardingMethod, HostRole

RULE = Rule("no-way-back", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the gateway is missing."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    part: Mapping[str, int] = {}
    for way in ways_home(site, ForwardingMethod.DR, ForwardingMethod.TUN):
        if way.hop is not None and way.hop.device is not None:
            continue
        part = part or {name: index for index, names in enumerate(site.cluster.parts()) for name in names}
        # What is connected with nothing is a finding of disconnected-part.
        if part[way.host.name] == part[way.client.name]:
            at = _place(site, way)
            yield at, _finding(site, way, at)


def _place(site: Site, way: Way) -> Span:
    """The gateway that is out of reach; else the network, or the host on it that differs, which has no gateway."""
    host, version = way.host, way.target.version
    if way.hop is not None:
        return gateway_span(site, host, way.hop.gateway)
    if host.origin.says("gateway") or not host.ports:
        return host.origin.at("gateway")
    segment = site.topology.networks[host.ports[0].network]
    if not any(subnet.version == version for subnet in segment.subnets) or _others_have(site, host, version):
        return host.origin.name
    return segment.origin.at("gateway")


def _others_have(site: Site, host: Host, version: int) -> bool:
    """Whether another real server of the network has a gateway, so that the network need not have one."""
    others = (site.hosts[name] for name, _ in site.cluster.attached[host.ports[0].network])
    return any(
        other.role is HostRole.REAL_SERVER and any(route.to.version == version for route in other.routes)
        for other in others
    )


def _finding(site: Site, way: Way, at: Span) -> Finding:
    who = f"real server {way.host.name} of service {way.service.name} ({way.service.mode.value})"
    message = f"{who} has no route to client {way.client.name} ({way.target})"
    if way.hop is not None:
        message = f"{who} reaches client {way.client.name} through {way.hop.gateway}, which is on none of its networks"
    version = way.target.version
    remedy = f"give {way.host.name}, or its network, an IPv{version} `gateway`"
    where = site.topology.clients.get(way.client.name)
    notes = [Note(where.origin.name, "the client")] if where else []
    if at != way.host.origin.name:
        notes.append(Note(way.host.origin.name, "the real server"))
    return RULE.at(at, message, remedy, notes)
