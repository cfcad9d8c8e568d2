"""A real server behind NAT sends its replies past the director.

Why it hurts
    The client asked the VIP and waits for an answer from it. Only the
    director can put the VIP back into a reply; a reply that goes another way
    arrives from the real server's own address, and the client drops it.
    Routers between the two do no harm; the backup director does not help,
    for it knows nothing of the connection.
Wrong
    real server with gateway 10.0.0.254, director at 10.0.0.1
Right
    gateway: 10.0.0.1, or the floating gateway of the directors
Source
    net/netfilter/ipvs/ip_vs_core.c handle_response(), called from the FORWARD hook
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, gateway_span, once
from lvsc.state import HostState
from lvsc.topology import Failover, Host, Service, Vip
from lvsc.words import Address, ForwardingMethod, HostRole

RULE = Rule("nat-reply-bypasses-director", Severity.ERROR)
_MOST_HOPS, _ALWAYS = 64, 256


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the gateway is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    clients = [state for state in site.hosts.values() if state.role is HostRole.CLIENT]
    seen: set[object] = set()
    for service, _, host in site.pairs(ForwardingMethod.NAT):
        vip = site.topology.vips[service.vip]
        key = (host.name, vip.directors, vip.failover, tuple(address.version for address in vip.addresses))
        if key in seen:
            continue
        seen.add(key)
        for client in clients:
            found = _bypass(site, service, host, client)
            if found is not None:
                yield found.at, found
                break


def _bypass(site: Site, service: Service, host: Host, client: HostState) -> Finding | None:
    directors = site.director_states(service.vip)
    vip = site.topology.vips[service.vip]
    for version in dict.fromkeys(address.version for address in vip.addresses):
        target = next((held.ip for held in client.addresses if held.address.version == version), None)
        if target is None or not any(address.version == version for port in host.ports for address in port.addresses):
            continue
        way = _way_past(site, host.name, target, vip)
        if way is None:
            continue
        message = f"the reply of real server {host.name} to {client.name} {way}"
        note = Note(service.origin.at("mode"), f"service {service.name} needs the director on the way home")
        hop = site.cluster.next_hop(host.name, target)
        at = gateway_span(site, host, hop.gateway if hop else None)
        return RULE.at(at, message, _remedy(site.topology.failover.values(), directors, vip, host, version), [note])
    return None


def _way_past(site: Site, server: str, target: Address, vip: Vip) -> str | None:
    """How a reply misses the director that serves; None where it meets it, or where the client is a neighbour."""
    serving = vip.directors if vip.failover is None else vip.directors[:1]
    first = hop = site.cluster.next_hop(server, target)
    if first is None:
        return "has no route"
    if first.device is None:
        return f"would go to {first.gateway}, which is on none of its networks"
    for _ in range(_MOST_HOPS):
        if hop is None or hop.gateway is None:
            break
        router = _holder(site, hop.gateway)
        if router in serving:
            return None
        hop = site.cluster.next_hop(router, target) if router is not None else None
    past = f"past director {vip.directors[0]}" if vip.directors else "past every director"
    return f"goes to {first.gateway}, {past}" if first.gateway is not None else None


def _holder(site: Site, address: Address) -> str | None:
    """Who holds an address; of directors that hold it in turn, the first."""

    def rank(name: str) -> int:
        carried = [each for each in site.hosts[name].vrrp if any(own.ip == address for own, _ in each.addresses)]
        return max((each.priority for each in carried), default=_ALWAYS)

    return max((name for name, _ in site.cluster.owners.get(address, ())), key=rank, default=None)


def _remedy(groups: Iterable[Failover], directors: list[HostState], vip: Vip, host: Host, version: int) -> str:
    """The director's own addresses beside the real server; of directors that take turns, the floating gateways."""
    moving = (gateway for group in groups for gateway in group.gateways if set(group.directors) & set(vip.directors))
    own = (held.ip for director in directors for held in director.addresses if not held.ours)
    subnets = [address.network for port in host.ports for address in port.addresses if address.version == version]
    near = [
        str(address)
        for address in (own if vip.failover is None else moving)
        if address.version == version and any(address in subnet for subnet in subnets)
    ]
    if near:
        return f"give {host.name} a gateway of its own: `gateway: {' or '.join(dict.fromkeys(near))}`"
    if vip.failover is not None:
        return f"make the gateway of {host.name} a `gateway_address` of a failover group on its network"
    return f"make the gateway of {host.name} an address of the director (they share no subnet yet)"
