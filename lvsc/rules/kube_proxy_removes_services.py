"""kube-proxy removes the virtual services of a director that is a node.

Why it hurts
    In mode ipvs kube-proxy takes the whole IPVS table for its own: whatever
    is not a service of its cluster is removed each time it synchronises.
    Services of a firewall mark have no address and stay.
Wrong
    kubernetes: {proxy_mode: ipvs} on director lvs1, VIP 192.0.2.100
Right
    kubernetes: {proxy_mode: ipvs, exclude_cidrs: 192.0.2.100/32}
Source
    kubernetes, pkg/proxy/ipvs/proxier.go cleanLegacyService(), isIPInExcludeCIDRs()
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, named
from lvsc.rules.nodes import Node, ipvs_nodes
from lvsc.topology import Vip
from lvsc.words import Address

RULE = Rule("kube-proxy-removes-services", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director."""
    nodes = [node for node in ipvs_nodes(site) if node.host.name in site.topology.directors]
    if not nodes:
        return
    served: defaultdict[str, dict[Address, Vip]] = defaultdict(dict)
    for service in site.topology.services.values():
        vip = site.topology.vips[service.vip]
        for name in vip.directors if service.mark is None else ():
            served[name].update(dict.fromkeys(vip.addresses, vip))
    for node in nodes:
        bare = {address: vip for address, vip in served[node.host.name].items() if not _excluded(node, address)}
        if bare:
            yield _finding(node, bare)


def _excluded(node: Node, address: Address) -> bool:
    return any(address in network for network in node.kubernetes.exclude_cidrs)


def _finding(node: Node, bare: dict[Address, Vip]) -> Finding:
    origin = node.kubernetes.origin
    at = origin.at("exclude_cidrs" if origin.says("exclude_cidrs") else "proxy_mode")
    which = named(str(address) for address in bare)
    message = f"kube-proxy of {node.who} removes the services of {which}, which `exclude_cidrs` does not hold"
    networks = named(f"{address}/{address.max_prefixlen}" for address in bare)
    note = Note(next(iter(bare.values())).origin.name, "its services are in the IPVS table of the node")
    remedy = f"add {networks} to `exclude_cidrs`, here and in kube-proxy's ipvs.excludeCIDRs"
    return RULE.at(at, message, remedy, [note])
