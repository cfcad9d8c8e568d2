"""Several directors hold the VIP at the same time.

Why it hurts
    Without failover each of them carries the address all the time: a
    duplicate address. Who answers ARP first wins, and it changes.
Wrong
    two directors on the VIP's network, and a VIP without `failover` or `director`
Right
    vips: {web: {address: 192.0.2.100, failover: pair}}
Source
    RFC 5227, IPv4 Address Conflict Detection
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site

RULE = Rule("vip-on-several-directors", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each VIP."""
    for vip in site.topology.vips.values():
        if vip.failover is None and len(vip.directors) > 1:
            notes = [Note(site.topology.directors[name].origin.name, "holds it") for name in vip.directors[:4]]
            message = f"VIP {vip.name} is held by {' and '.join(vip.directors)} at the same time"
            yield RULE.at(vip.origin.name, message, "add `failover: GROUP`, or `director: NAME`", notes)
