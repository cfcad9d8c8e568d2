"""An upper threshold is so low that ended connections alone reach it.

Why it hurts
    The threshold counts all entries of the director, also of connections
    that have ended: it keeps each for two minutes more, in TIME_WAIT with
    nat, in FIN_WAIT with dr and tun. A limit of 50 is reached by 25 short
    connections a minute, and further clients are refused.
Wrong
    upper_threshold: 50
Right
    upper_threshold: the connections at once, and those of two minutes added
Source
    net/netfilter/ipvs/ip_vs_conn.c ip_vs_bind_dest(): total connections; ip_vs_proto_tcp.c tcp_timeouts
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import ForwardingMethod, Protocol

RULE = Rule("threshold-counts-ended-connections", Severity.INFO)
_LOW, _KEPT = 100, 2


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a threshold is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service, member, _ in site.topology.pairs(*ForwardingMethod):
        if 0 < member.upper_threshold < _LOW and Protocol.TCP in service.protocols:
            own = member.origin.says("upper_threshold")
            at = (member.origin if own else service.origin).at("upper_threshold")
            rate = f"{member.upper_threshold // _KEPT} new connections a minute"
            who = f"{member.server} of service {service.name} with upper threshold {member.upper_threshold}"
            message = f"{who} takes at most {rate}: ended ones count for {_KEPT} minutes more"
            remedy = f"add {_KEPT} minutes of new connections to `upper_threshold`"
            yield at, RULE.at(at, message, remedy)
