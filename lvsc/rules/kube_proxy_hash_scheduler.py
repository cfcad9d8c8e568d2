"""kube-proxy balances by a hash that has no second choice.

Why it hurts
    kube-proxy has one scheduler for all services of a cluster and sets no
    fallback. While a pod ends it has weight 0 for as long as it has
    connections: new clients that sh or mh send there are refused, with every
    rolling update.
Wrong
    kubernetes: {proxy_mode: ipvs, scheduler: sh}
Right
    kubernetes: {proxy_mode: ipvs, scheduler: rr}, and sessionAffinity where a client must stay
Source
    kubernetes issues 121590 and 138688; pkg/proxy/ipvs/graceful_termination.go; net/netfilter/ipvs/ip_vs_sh.c
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.nodes import ipvs_nodes
from lvsc.words import FLAGS, SchedulerFlag

RULE = Rule("kube-proxy-hash-scheduler", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each node or range of nodes."""
    for node in ipvs_nodes(site):
        scheduler = node.kubernetes.scheduler
        if scheduler is not None and SchedulerFlag.FALLBACK in FLAGS.get(scheduler, ()):
            said = f"scheduler {scheduler.value} of kube-proxy on {node.who} has no fallback"
            message = f"{said}: clients of a pod that ends are refused until it is gone"
            remedy = "use `scheduler: rr`, and sessionAffinity for services whose clients must stay"
            yield RULE.at(node.kubernetes.origin.at("scheduler"), message, remedy)
