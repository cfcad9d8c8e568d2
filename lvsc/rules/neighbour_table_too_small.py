"""A director has more real servers on its networks than the kernel keeps neighbours.

Why it hurts
    The kernel keeps 1024 neighbours of a family (gc_thresh3) and tidies up
    from 512 on (gc_thresh2). Beyond, a new neighbour may find no place
    ("neighbor table overflow"): packets and health checks of real servers
    that work are dropped. In between, entries are thrown away and asked for
    again and again.
Wrong
    real_servers: {"web[1-1100]": ...}, all on the director's network
Right
    sysctls: {net.ipv4.neigh.default.gc_thresh3: 4096, net.ipv4.neigh.default.gc_thresh2: 2048,
        net.ipv4.neigh.default.gc_thresh1: 1024}
Source
    net/core/neighbour.c neigh_alloc(), neigh_forced_gc()
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.state import HostState
from lvsc.words import Address, Family

RULE = Rule("neighbour-table-too-small", Severity.WARNING)
_EARLY = Rule(RULE.name, Severity.INFO)
_TREES = {Family.V4: "ipv4", Family.V6: "ipv6"}
_TIDY, _FULL = ("gc_thresh2", 512), ("gc_thresh3", 1024)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director and family."""
    for name, host in site.topology.directors.items():
        state = site.hosts[name]
        for family, count in _neighbours(site, state).items():
            for rule, (key, unset) in ((RULE, _FULL), (_EARLY, _TIDY)):
                path = f"net/{_TREES[family]}/neigh/default/{key}"
                stated = state.sysctl(path)
                limit = unset if stated is None else stated
                if count > limit:
                    what = f"{count} real servers on its networks, and {key} is {limit}"
                    message = f"director {name} has IPv{family.value} neighbours without a place: {what}"
                    if rule is _EARLY:
                        message = f"director {name} tidies up its IPv{family.value} neighbours all the time: {what}"
                    yield rule.at(host.origin.name, message, f"set {path.replace('/', '.')}: {_enough(count)}")
                    break


def _neighbours(site: Site, state: HostState) -> dict[Family, int]:
    """How many real servers a director reaches without a gateway, by family."""
    found: defaultdict[Family, set[Address]] = defaultdict(set)
    for entry in state.ipvs:
        for each in entry.destinations:
            found[Family(each.address.version)].add(each.address)
    return {
        family: sum(
            (hop := site.cluster.next_hop(state.name, each)) is not None and hop.gateway is None for each in all_
        )
        for family, all_ in found.items()
    }


def _enough(count: int) -> int:
    """The next power of two that leaves half of the table free."""
    return 1 << (2 * count - 1).bit_length()
