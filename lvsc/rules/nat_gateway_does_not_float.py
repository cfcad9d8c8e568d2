"""Replies of a NAT service go to an address that stays when the VIP moves.

Why it hurts
    The directors take turns, the gateway does not. After a failover the VIP
    is on the second director, but real servers still answer through the
    first: their replies are lost until it is back.
Wrong
    vips: {app: {failover: pair}}, real servers with gateway: lvs1
Right
    failover: {inner: {follows: pair, gateway_address: 10.0.0.1}}, gateway: inner
Source
    net/netfilter/ipvs/ip_vs_core.c handle_response(); RFC 9568 section 1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, gateway_span, once
from lvsc.rules.vrrp import carried_by
from lvsc.rules.way_home import Step, Way, declared, steps, ways_home
from lvsc.words import Address, ForwardingMethod

RULE = Rule("nat-gateway-does-not-float", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the gateway is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    moving: dict[str, Mapping[Address, str]] = {}
    for way in ways_home(site, ForwardingMethod.NAT):
        if way.vip.failover is None or len(way.vip.directors) < 2:
            continue
        first = way.vip.directors[0]
        if first not in moving:
            moving[first] = carried_by(site.hosts[first])
        for step in steps(site, way):
            names = {name for name, _ in step.holders}
            # Another director's address fails at once: a finding of nat-reply-bypasses-director.
            if first in names and step.gateway not in moving[first]:
                finding = _finding(site, way, step)
                yield finding.at, finding
            if names & set(way.vip.directors):
                break


def _finding(site: Site, way: Way, step: Step) -> Finding:
    first, second = way.vip.directors[:2]
    sender = declared(site, step.sender) or way.host
    said = f"the replies of real server {way.host.name} go to {step.gateway}"
    message = f"{said}, which stays on {first} when VIP {way.vip.name} moves to {second}"
    moving = [
        f"{address} ({group.name})"
        for group in site.topology.failover.values()
        if first in group.directors and any(port.network == group.network for port in sender.ports)
        for address in group.gateways
        if address.version == step.gateway.version
    ]
    remedy = f"make the gateway of {sender.name} {' or '.join(moving)}"
    if not moving:
        remedy = f"make the gateway of {sender.name} a `gateway_address` of a failover group that follows"
        remedy = f"{remedy} {way.vip.failover}"
    note = Note(way.vip.origin.at("failover"), f"{first} and {second} hold the VIP in turn")
    return RULE.at(gateway_span(site, sender, step.gateway), message, remedy, [note])
