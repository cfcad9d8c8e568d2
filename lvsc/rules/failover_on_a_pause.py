"""Directors that are virtual machines take over when a snapshot stops one of them.

Why it hurts
    A snapshot, a backup or a move to another machine stops a virtual machine
    for seconds. With an advertisement a second the other director takes over
    after three, and hands back when the first one runs again: two moves, and
    for a moment two directors with the VIP.
Wrong
    networks: {lan: {platform: vmware}}, failover: {pair: {advert_interval: 1}}
Right
    failover: {pair: {advert_interval: 3}}: the other takes over after ten seconds
Source
    keepalived issues 220, 542 and 1927; RFC 9568 section 6.1, Active_Down_Interval
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put
from lvsc.rules.platforms import network_note
from lvsc.words import Platform

RULE = Rule("failover-on-a-pause", Severity.INFO)
_PAUSES = (Platform.VMWARE, Platform.HYPERV)
_LONG_ENOUGH = 2


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group."""
    for group in site.topology.failover.values():
        segment = site.topology.networks[group.network]
        if segment.platform in _PAUSES and len(group.directors) > 1 and group.advert_interval < _LONG_ENOUGH:
            first, second = group.directors[:2]
            said = f"director {second} takes over when a snapshot of {segment.platform} stops {first}"
            message = f"{said} for more than {3 * group.advert_interval} s"
            remedy = f"write `advert_interval: 3` on {group.name}: {second} waits for 10 s"
            fix = put(group.origin.node, "advert_interval", 3, safe=False)
            yield RULE.at(group.origin.at("advert_interval"), message, remedy, [network_note(segment)], fix=fix)
