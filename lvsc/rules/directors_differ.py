"""Directors of one failover group have different settings of IPVS.

Why it hurts
    After a failover the same packet is treated in another way, which shows
    only then. With different sync_ports a part of the synchronised
    connections goes to ports that nobody listens on.
Wrong
    lvs1: {sysctls: {net.ipv4.vs.sync_ports: 4}}, lvs2: {}
Right
    the same sysctls on both
Source
    Documentation/networking/ipvs-sysctl.rst; net/netfilter/ipvs/ip_vs_sync.c start_sync_thread()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Failover

RULE = Rule("directors-differ", Severity.WARNING)
# What only one host feels: how it logs, counts and queues.
_OWN = {"debug_level", "run_estimation", "est_cpulist", "est_nice", "amemthresh", "sync_qlen_max", "sync_sock_size"}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting of a group."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    said: dict[str, list[str]] = {}
    for host, name, _ in ipvs.stated(site):
        if name not in _OWN:
            said.setdefault(host.name, []).append(name)
    for group in site.topology.failover.values() if said else ():
        for name in dict.fromkeys(name for director in group.directors for name in said.get(director, ())):
            yield from _differ(site, group, name, [d for d in group.directors if name in said.get(d, ())])


def _differ(site: Site, group: Failover, name: str, saying: list[str]) -> Iterator[tuple[object, Finding]]:
    values = {director: ipvs.setting(site.hosts[director], name) for director in group.directors}
    first = saying[0]
    other = next((director for director in group.directors if values[director] != values[first]), None)
    if other is not None:
        hosts = site.topology.directors
        message = f"{first} has {ipvs.shown(name)} {values[first]} and {other} has {values[other]}, but"
        message = f"{message} both are directors of {group.name}: a failover changes how packets are treated"
        remedy = f"give all directors of {group.name} the same"
        place = ipvs.at(hosts[first], name)
        yield (place, other), RULE.at(place, message, remedy, [Note(ipvs.at(hosts[other], name), "the other one")])
