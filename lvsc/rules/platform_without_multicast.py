"""Directors talk by multicast on a network that carries none.

Why it hurts
    Networks of AWS, Google Cloud and Azure pass unicast only. Directors that
    advertise by multicast never hear each other: each takes the VIPs. The
    sync daemon knows nothing but multicast: after a failover the other
    director knows none of the connections.
Wrong
    networks: {lan: {platform: aws}}, failover: {pair: {network: lan}}
Right
    failover: {pair: {network: lan, unicast: true}}
Source
    Azure Virtual Network FAQ; Google Cloud, VPC networks; keepalived issue 97;
    keepalived.conf(5) unicast_peer
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put
from lvsc.rules.platforms import CLOUDS, network_note

RULE = Rule("platform-without-multicast", Severity.ERROR)
_LATER = Rule(RULE.name, Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for the advertisements of each group, one for its connections."""
    networks = site.topology.networks
    for group in site.topology.failover.values():
        if len(group.directors) < 2:
            continue
        segment = networks[group.network]
        if segment.platform in CLOUDS and not group.unicast:
            said = f"failover group {group.name} advertises by multicast, which {segment.platform} does not carry"
            message = f"{said}: each of its directors takes the VIPs"
            at = group.origin.at("unicast" if group.origin.says("unicast") else "network")
            fix = put(group.origin.node, "unicast", True)
            yield RULE.at(at, message, f"add `unicast: true` to {group.name}", [network_note(segment)], fix=fix)
        other = networks[group.sync.network] if group.sync is not None else segment
        if group.sync is not None and other.platform in CLOUDS:
            said = f"failover group {group.name} synchronises connections by multicast"
            message = f"{said}, which {other.platform} does not carry: none outlives a failover"
            remedy = f"remove `sync`, or name a network that is not of {other.platform}"
            yield _LATER.at(group.origin.at("sync", "network"), message, remedy, [network_note(other)])
