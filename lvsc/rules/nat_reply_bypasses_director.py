"""A real server behind NAT sends its replies past the director.

Why it hurts
    The client asked the VIP and waits for an answer from it. Only the
    director can put the VIP back into a reply; a reply that goes another way
    arrives from the real server's own address, and the client drops it.
Wrong
    real server with gateway 10.0.0.254, director at 10.0.0.1
Right
    gateway: 10.0.0.1, or the floating gateway of the directors
Source
    net/netfilter/ipvs/ip_vs_core.c handle_response(), called from the FORWARD hook
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.graph import next_hop
from lvsc.rules.base import Rule, Site, gateway_span, once
from lvsc.state import HostState
from lvsc.topology import Host, Service
from lvsc.words import Address, ForwardingMethod, HostRole

RULE = Rule("nat-reply-bypasses-director", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the gateway is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    clients = [state for state in site.hosts.values() if state.role is HostRole.CLIENT]
    seen: set[tuple[str, str]] = set()
    for service, member, host in site.topology.pairs(ForwardingMethod.NAT):
        if (member.server, service.vip) in seen:
            continue
        seen.add((member.server, service.vip))
        for client in clients:
            found = _bypass(site, service, host, client)
            if found is not None:
                yield found.at, found
                break


def _bypass(site: Site, service: Service, host: Host, client: HostState) -> Finding | None:
    directors = site.director_states(service.vip)
    inside = {address for director in directors for address in _held(director)}
    vip = site.topology.vips[service.vip]
    for version in dict.fromkeys(address.version for address in vip.addresses):
        target = next((held.address.ip for held in client.addresses if held.address.version == version), None)
        if target is None or not any(address.version == version for port in host.ports for address in port.addresses):
            continue
        hop = next_hop(site.hosts[host.name], target)
        if hop is not None and (hop.gateway is None or hop.gateway in inside):
            continue
        way = f"goes to {hop.gateway}" if hop else "has no route"
        past = f"past director {directors[0].name}" if directors else "past every director"
        message = f"the reply of real server {host.name} to {client.name} {way}, {past}"
        note = Note(service.origin.at("mode"), f"service {service.name} needs the director on the way home")
        at = gateway_span(site, host)
        return RULE.at(at, message, f"make the gateway of {host.name} {_choices(directors, host, version)}", [note])
    return None


def _held(director: HostState) -> Iterator[Address]:
    yield from (held.address.ip for held in director.addresses)
    yield from (address.ip for instance in director.vrrp for address, _ in instance.addresses)


def _choices(directors: list[HostState], host: Host, version: int) -> str:
    near = [
        str(address)
        for director in directors
        for address in _held(director)
        if address.version == version
        and any(address in own.network for port in host.ports for own in port.addresses if own.version == version)
    ]
    return " or ".join(dict.fromkeys(near)) or "an address of the director (they share no subnet yet)"
