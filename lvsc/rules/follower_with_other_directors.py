"""A failover group follows another that has other directors, or the same in another order.

Why it hurts
    Groups that move together are in one state on each director. A director
    that only one of the groups has takes its addresses without those of the
    other. The order of the directors is their priority: where two orders
    differ, each group wants another director first, and whoever is quicker
    leads both.
Wrong
    outer: {directors: [lvs1, lvs2]}, inner: {directors: [lvs2, lvs1], follows: outer}
Right
    inner: {directors: [lvs1, lvs2], follows: outer}
Source
    keepalived.conf(5) vrrp_sync_group; keepalived vrrp_sync.c vrrp_sync_can_goto_master()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put

RULE = Rule("follower-with-other-directors", Severity.WARNING)
_ORDER = Rule(RULE.name, Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group that follows."""
    groups = site.topology.failover
    for group in groups.values():
        leader = groups.get(group.follows or "")
        if leader is None or leader.directors == group.directors:
            continue
        alone = sorted({*leader.directors} ^ {*group.directors})
        said = f"failover group {group.name} follows {leader.name}"
        message = f"{said}, which has its directors in another order: whoever is quicker leads both"
        if alone:
            which = leader if alone[0] in leader.directors else group
            message = f"{said}, but director {alone[0]} is in {which.name} alone and takes over nothing of the other"
        remedy = f"write `directors: [{', '.join(leader.directors)}]` on {group.name}"
        note = Note(leader.origin.at("directors"), f"the directors of {leader.name}")
        fix = put(group.origin.node, "directors", list(leader.directors), safe=not alone)
        yield (RULE if alone else _ORDER).at(group.origin.at("directors"), message, remedy, [note], fix=fix)
