"""A node answers ARP for every LoadBalancer address of its cluster.

Why it hurts
    In mode ipvs kube-proxy puts all service addresses on kube-ipvs0 of every
    node, and a node without strictARP answers ARP for them on every device.
    MetalLB and kube-vip let one node answer; here all do, and whoever asks
    takes the first answer.
Wrong
    kubernetes: {proxy_mode: ipvs, announcer: metallb}
Right
    kubernetes: {proxy_mode: ipvs, announcer: metallb, strict_arp: true}
Source
    MetalLB, Installation: Preparation; metallb issue 153; kubernetes, pkg/proxy/ipvs/proxier.go
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put
from lvsc.rules.nodes import ipvs_nodes
from lvsc.state import HostState

RULE = Rule("kube-proxy-answers-arp", Severity.ERROR)
_HIDES = (1, 2, 8)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each node or range of nodes."""
    for node in ipvs_nodes(site):
        kubernetes, state = node.kubernetes, site.hosts[node.host.name]
        if kubernetes.announcer is None or kubernetes.strict_arp:
            continue
        loud = next((link.name for link in state.links if link.segment and _answers(state, link.name)), None)
        if loud is not None:
            origin = kubernetes.origin
            said = f"{node.who} answers ARP on {loud} for every LoadBalancer address of its cluster"
            message = f"{said}, whichever node {kubernetes.announcer} has chosen"
            at = origin.at("strict_arp" if origin.says("strict_arp") else "proxy_mode")
            note = Note(origin.at("announcer"), "one node is to answer")
            remedy = "add `strict_arp: true`, here and in kube-proxy's ipvs.strictARP"
            yield RULE.at(at, message, remedy, [note], fix=put(origin.node, "strict_arp", True, safe=False))


def _answers(state: HostState, device: str) -> bool:
    """Whether the kernel answers on this device for an address of another."""
    return state.effective("arp_ignore", device) not in _HIDES
