"""A mark has a bit that kube-proxy uses.

Why it hurts
    kube-proxy marks packets with 0x4000 to masquerade and with 0x8000 to
    drop them. On a director that is a node of a cluster, packets of the
    service get another source address or disappear.
Wrong
    mark: 0x4001
Right
    mark: 257, or no `mark` beside `as_one: true`: lvsc chooses one that is free
Source
    kubernetes, pkg/proxy/iptables: KUBE-MARK-MASQ 0x4000, KUBE-MARK-DROP 0x8000
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site

RULE = Rule("mark-of-kube-proxy", Severity.WARNING)
_BITS = {0x4000: "masquerades", 0x8000: "drops"}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service that states such a mark."""
    for service in site.topology.services.values():
        if service.mark is None or not service.origin.says("mark"):
            continue
        found = [bit for bit in _BITS if service.mark & bit]
        if found:
            who = f"mark {service.mark} ({service.mark:#x}) of service {service.name}"
            message = f"{who} has {' and '.join(f'{bit:#x}' for bit in found)}, by which kube-proxy"
            remedy = "choose a mark without the bits 0x4000 and 0x8000"
            does = " and ".join(_BITS[bit] for bit in found)
            yield RULE.at(service.origin.at("mark"), f"{message} {does} packets", remedy)
