"""A part of the cluster is connected with nothing else.

Why it hurts
    No packet can go from one part to the other: a network without a router
    or gateway, or a host on a network that nobody else is on.
Wrong
    two networks, no gateway, and no host or router on both
Right
    a `gateway` on each network, or a router with an interface on both
Source
    the topology itself
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, named

RULE = Rule("disconnected-part", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each part but the largest."""
    declared = {host.name: host.origin.name for host in site.topology.hosts()}
    declared.update({client.name: client.origin.name for client in site.topology.clients.values()})
    for part in site.cluster.parts()[1:]:
        names = [name for name in declared if name in part]
        if names:
            message = f"{named(names)} cannot be reached from the rest of the cluster"
            remedy = "add a router between the networks, or a `gateway` to them"
            yield RULE.at(declared[names[0]], message, remedy)
