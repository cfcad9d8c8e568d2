"""A kernel setting that kube-proxy sets otherwise.

Why it hurts
    In mode ipvs kube-proxy writes these settings each time it starts, after
    sysctl.d: what the topology says does not hold.
Wrong
    kubernetes: {proxy_mode: ipvs}, sysctls: {net.ipv4.vs.conntrack: 0}
Right
    no such line, or kube-proxy's own value: net.ipv4.vs.conntrack: 1
Source
    kubernetes, pkg/proxy/ipvs: sysctls that mode ipvs needs
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, sysctl_span
from lvsc.rules.nodes import Node, ipvs_nodes
from lvsc.words import sysctl_name

RULE = Rule("sysctl-of-kube-proxy", Severity.WARNING)
_OLD_KERNELS = Rule(RULE.name, Severity.INFO)
_SET = {
    "net/ipv4/ip_forward": 1,
    "net/ipv4/vs/conntrack": 1,
    "net/ipv4/vs/expire_nodest_conn": 1,
    "net/ipv4/vs/expire_quiescent_template": 1,
    "net/ipv4/vs/conn_reuse_mode": 0,
}
_STRICT = {"net/ipv4/conf/all/arp_ignore": 1, "net/ipv4/conf/all/arp_announce": 2}
_BEFORE_5_9 = "net/ipv4/vs/conn_reuse_mode"


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting of each node or range of nodes."""
    for node in ipvs_nodes(site):
        host = node.host
        stated = {**host.sysctls, **(host.holds.sysctls if host.holds is not None else {})}
        for path, value in {**_SET, **(_STRICT if node.kubernetes.strict_arp else {})}.items():
            if stated.get(path, value) != value:
                yield _finding(node, path, stated[path], value)


def _finding(node: Node, path: str, stated: int, value: int) -> Finding:
    rule = _OLD_KERNELS if path == _BEFORE_5_9 else RULE
    when = ", on kernels before 5.9" if path == _BEFORE_5_9 else ""
    name = sysctl_name(path)
    message = f"{name} is {stated} on {node.who}, and kube-proxy sets it to {value} when it starts{when}"
    remedy = f"write {name}: {value}, or remove it"
    return rule.at(sysctl_span(node.host, path), message, remedy)
