"""A director has no route to a real server of a NAT or tunnel service.

Why it hurts
    NAT and tunnels reach real servers on other networks, but only by a
    route: the director's own, or its gateway's. Without one every request
    that is scheduled there ends with "host unreachable" at the client.
    IPVS looks in the main routing table only.
Wrong
    a director without gateway, and real servers behind router core
Right
    a `gateway` for the director, or routes: [{to: 10.0.0.0/24, via: 192.0.2.1}]
Source
    net/netfilter/ipvs/ip_vs_xmit.c do_output_route4(), __ip_vs_get_out_rt(): err_unreach
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.address_not_unicast import kind_of
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.journey import called, declared, lost
from lvsc.state import Destination, HostState, VirtualService
from lvsc.words import ForwardingMethod

RULE = Rule("no-way-to-real-server", Severity.ERROR)
_LATER = Rule(RULE.name, Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host at which packets are lost."""
    return once(sorted(_found(site), key=lambda found: found[1].severity.rank))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    part: Mapping[str, int] = {}
    for name in site.topology.directors:
        state = site.hosts[name]
        for entry, destination in _destinations(state):
            ends = [destination.name] if destination.name in site.hosts else []
            found = lost(site, name, destination.address, ends)
            host = declared(site, found.host) if found is not None else None
            if found is None or host is None:
                continue
            part = part or {each: index for index, names in enumerate(site.cluster.parts()) for each in names}
            # What is connected with nothing is a finding of disconnected-part.
            if ends and part[name] != part[ends[0]]:
                continue
            vip = site.topology.vips[site.topology.services[entry.name].vip]
            rule = RULE if vip.failover is None or vip.directors[0] == name else _LATER
            who = f"real server {destination.name} ({destination.address})" if ends else f"address {destination.name}"
            message = f"{called(host)} {found.does} {who} of service {entry.name}{found.how}"
            remedy = f"give {host.name} a `gateway`, or a route to {destination.address}"
            note = Note(site.topology.services[entry.name].origin.at("mode"), f"director {name} sends requests there")
            yield host.name, rule.at(host.origin.name, message, remedy, [note])


def _destinations(state: HostState) -> Iterator[tuple[VirtualService, Destination]]:
    """Each address to which a director translates or wraps, once."""
    seen: set[object] = set()
    for entry in state.ipvs:
        for each in (*entry.destinations, *([entry.sorry] if entry.sorry is not None else [])):
            # Findings of real-server-off-link, which wants a common network, and of address-not-unicast.
            other = each.method is ForwardingMethod.DR or kind_of(each.address) is not None
            if not other and each.address not in seen:
                seen.add(each.address)
                yield entry, each
