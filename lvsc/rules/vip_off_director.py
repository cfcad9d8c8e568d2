"""A director has no interface on the VIP's network.

Why it hurts
    Packets for the VIP reach IPVS only on a host that holds it. A director
    without an interface on the VIP's network never hears them; where it is
    one of several, the VIP is lost when they change places.
Wrong
    vips: {web: {address: 192.0.2.100, director: lvs1}}, lvs1 on another network
Right
    lvs1 with an interface on the network of 192.0.2.100
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_ops4: IPVS works in LOCAL_IN
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site

RULE = Rule("vip-off-director", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each VIP."""
    for vip in site.topology.vips.values():
        absent = [name for name in vip.directors if site.topology.directors[name].port_on(vip.network) is None]
        if vip.directors and not absent:
            continue
        key = next(key for key in ("network", "address", "addresses") if vip.origin.says(key))
        who = f"director {absent[0]} has no" if absent else "no director has an"
        message = f"{who} interface on network {vip.network} of VIP {vip.name}"
        notes = [Note(site.topology.networks[vip.network].origin.name, "the VIP's network")]
        yield RULE.at(
            vip.origin.at(key),
            message,
            f"give {absent[0] if absent else 'a director'} an interface on {vip.network}",
            notes,
        )
