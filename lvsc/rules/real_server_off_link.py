"""A real server behind direct routing is not on a segment of the director.

Why it hurts
    Direct routing changes only the MAC address of a packet. Without a common
    segment the frame goes to a router instead, which sends it back to the
    director, because the VIP is there: the packet circles until its TTL ends.
Wrong
    mode: dr, with the director on network edge and the real server on network far
Right
    mode: tun, or the real server on network edge
Source
    net/netfilter/ipvs/ip_vs_xmit.c ip_vs_dr_xmit(), IP_VS_RT_MODE_KNOWN_NH
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.graph import segments_of
from lvsc.rules.base import Rule, Site, once
from lvsc.words import ForwardingMethod

RULE = Rule("real-server-off-link", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, member, host in site.pairs(ForwardingMethod.DR):
        own = segments_of(site.hosts[member.server])
        for director in site.director_states(service.vip):
            if own & segments_of(director):
                continue
            who = f"real server {member.server} of service {service.name} (dr)"
            message = f"{who} shares no network with director {director.name}"
            remedy = (
                f"use `mode: tun`, or give {member.server} an interface on {' or '.join(sorted(segments_of(director)))}"
            )
            notes = [Note(host.origin.name, f"it is on {' and '.join(sorted(own)) or 'no network'}")]
            yield (host.origin.name, service.origin.at("mode")), RULE.at(member.origin.name, message, remedy, notes)
