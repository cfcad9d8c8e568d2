"""A VIP moves by gratuitous ARP on a network that does not listen to it.

Why it hurts
    AWS, Google Cloud and Azure deliver by tables of their own, which only
    their API changes. When the second director takes over, VRRP moves the
    VIP between the hosts, and packets for it still go to the first.
Wrong
    networks: {lan: {platform: aws}}, vips: {web: {failover: pair}}
Right
    one director for the VIP, and the platform's load balancer or an agent that calls its API before it
Source
    AWS, Moving a secondary private IP address; ocf_heartbeat_gcp-vpc-move-vip(7); RFC 9568 section 8.1.2
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.platforms import CLOUDS, network_note
from lvsc.source import Span
from lvsc.topology import Failover, Segment

RULE = Rule("platform-ignores-takeover", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group and network."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    topology = site.topology
    for vip in topology.vips.values():
        segment = topology.networks[vip.network]
        if vip.failover is not None and segment.platform in CLOUDS and len(vip.directors) > 1:
            group = topology.failover[vip.failover]
            yield _finding(group, segment, f"VIP {vip.addresses[0]}", vip.origin.at("failover"))
    for group in topology.failover.values():
        segment = topology.networks[group.network]
        if group.gateways and segment.platform in CLOUDS and len(group.directors) > 1:
            key = next(key for key in ("gateway_address", "gateway_addresses") if group.origin.says(key))
            yield _finding(group, segment, f"gateway {group.gateways[0]}", group.origin.at(key, 0))


def _finding(group: Failover, segment: Segment, what: str, at: Span) -> tuple[object, Finding]:
    first, second = group.directors[:2]
    said = f"{segment.platform} goes on sending packets for {what} to {first} when {second} takes it over"
    message = f"{said}: it does not learn from gratuitous ARP"
    remedy = f"let {segment.platform}'s own API or load balancer move the address"
    return (group.name, segment.name), RULE.at(at, message, remedy, [network_note(segment)])
