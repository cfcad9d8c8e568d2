"""kube-proxy's mode ipvs is deprecated, switched off, or gone.

Why it hurts
    Kubernetes 1.35 deprecates the mode, 1.40 starts in it only with the
    feature gate KubeProxyIPVS, 1.43 does not have it. Where kube-proxy does
    not start, no service of the cluster is balanced on that node.
Wrong
    kubernetes: {proxy_mode: ipvs, version: "1.40"}
Right
    kubernetes: {proxy_mode: nftables, version: "1.40"}
Source
    KEP-5495; Kubernetes reference, Virtual IPs and Service Proxies
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.nodes import ipvs_nodes

RULE = Rule("kube-proxy-ipvs-ends", Severity.WARNING)
_NOW = Rule(RULE.name, Severity.ERROR)
_DEPRECATED, _OFF, _GONE = (1, 35), (1, 40), (1, 43)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each node or range of nodes that says its version."""
    for node in ipvs_nodes(site):
        version = node.kubernetes.version
        if version is None or version < _DEPRECATED:
            continue
        rule, what = RULE, "is deprecated: off in 1.40, gone in 1.43"
        if version >= _GONE:
            rule, what = _NOW, "does not exist: kube-proxy does not start"
        elif version >= _OFF:
            what = "is off without the feature gate KubeProxyIPVS, and gone in 1.43"
        message = f"mode ipvs of kube-proxy {version[0]}.{version[1]} on {node.who} {what}"
        remedy = "move the cluster to `proxy_mode: nftables` (Linux 5.13 or newer)"
        yield rule.at(node.kubernetes.origin.at("version"), message, remedy)
