"""Connections are synchronised, but what connection tracking knows of them is not.

Why it hurts
    With net.ipv4.vs.conntrack 1 the director's firewall sees balanced
    connections as tracked ones. The sync daemon carries only the entries of
    IPVS. After a failover the other director knows where the packets belong,
    but to its stateful rules they are invalid or new: a firewall that accepts
    `established` alone drops them.
Wrong
    sync: {network: rack}, sysctls: {net.ipv4.vs.conntrack: 1}
Right
    no conntrack; or conntrackd beside sync, or rules that accept the ports of the VIP in any state
Source
    net/netfilter/ipvs/ip_vs_sync.c: flags of an entry that are sent; ip_vs_nfct.c
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site

RULE = Rule("conntrack-not-synchronised", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group, where the first of its directors asks for tracking."""
    tracking = {host.name: host for host, name, value in ipvs.stated(site) if name == "conntrack" and value}
    for group in ipvs.synchronised(site):
        host = next((tracking[name] for name in group.directors if name in tracking), None)
        if host is not None:
            who = f"director {host.name} tracks connections ({ipvs.shown('conntrack')} 1)"
            message = f"{who}, but sync of {group.name} does not carry that: after a failover stateful rules do not"
            remedy = f"remove {ipvs.shown('conntrack')}, or let no stateful rule judge packets of the VIPs"
            notes = [Note(group.origin.at("sync"), "the synchronisation")]
            yield RULE.at(ipvs.at(host, "conntrack"), f"{message} know them", remedy, notes)
