"""Two networks have a subnet in common.

Why it hurts
    An address in both says no longer which network it is on: a host between
    them reaches only one of the two, and lvsc may take neighbours for
    strangers.
Wrong
    networks: {edge: {subnet: 10.0.0.0/16}, rack: {subnet: 10.0.1.0/24}}
Right
    networks: {edge: {subnet: 10.0.0.0/24}, rack: {subnet: 10.0.1.0/24}}
Source
    RFC 4632 section 5.1: the longest prefix wins
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.source import Span
from lvsc.topology import Segment
from lvsc.words import Network

RULE = Rule("overlapping-networks", Severity.WARNING)
Placed = tuple[Network, int, Segment, Span]


def check(site: Site) -> Iterator[Finding]:
    """One finding for each subnet that lies in one of another network, holds one, or is the same."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    wider: list[Placed] = []
    for each in sorted(_subnets(site), key=lambda placed: _rank(placed[0], placed[1])):
        while wider and not _inside(each[0], wider[-1][0]):
            wider.pop()
        other = next((placed for placed in reversed(wider) if placed[2] is not each[2]), None)
        wider.append(each)
        if other is not None:
            first, second = sorted((each, other), key=lambda placed: placed[1])
            message = f"subnet {second[0]} of network {second[2].name} overlaps {first[0]} of network {first[2].name}"
            remedy = f"give {second[2].name} another subnet, or make one network of the two"
            yield second[3], RULE.at(second[3], message, remedy, [Note(first[3], "the other one")])


def _subnets(site: Site) -> Iterator[Placed]:
    """All subnets in the order in which they stand; every network has the link-local ones."""
    count = 0
    for segment in site.topology.networks.values():
        key = "subnets" if segment.origin.says("subnets") else "subnet"
        for index, subnet in enumerate(segment.subnets):
            count += 1
            if not subnet.is_link_local:
                yield subnet, count, segment, segment.origin.at(key, index)


def _rank(subnet: Network, position: int) -> tuple[int, int, int, int]:
    return subnet.version, int(subnet.network_address), subnet.prefixlen, position


def _inside(subnet: Network, wider: Network) -> bool:
    return subnet.version == wider.version and subnet.network_address in wider
