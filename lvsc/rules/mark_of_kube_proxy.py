"""A mark has a bit that kube-proxy uses.

Why it hurts
    kube-proxy marks packets that it will masquerade, with 0x4000 where its
    masqueradeBit is not another; before Kubernetes 1.28, 0x8000 is for those
    to drop. On a director that is a node of a cluster, packets of the
    service get another source address or disappear.
Wrong
    mark: 0x4001
Right
    mark: 257, or no `mark` beside `as_one: true`: lvsc chooses one that is free
Source
    kubernetes, pkg/proxy/iptables: KUBE-MARK-MASQ 0x4000, KUBE-MARK-DROP 0x8000; KEP-3178
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Host, Service

RULE = Rule("mark-of-kube-proxy", Severity.WARNING)
# Where no director is said to be a node, it may be none.
_PERHAPS = Rule(RULE.name, Severity.INFO)
_MASQUERADES, _DROPS = 0x4000, 0x8000
_NO_DROPS = (1, 28)
Bits = dict[int, str]


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service with such a mark: a stated one, or any on a director that is a node."""
    for service in site.topology.services.values():
        if service.mark is None:
            continue
        directors = [site.topology.directors[name] for name in site.topology.vips[service.vip].directors]
        node = next((each for each in directors if each.kubernetes is not None), None)
        bits = _bits(node)
        found = [bit for bit in bits if service.mark & bit]
        if found and (node is not None or service.origin.says("mark")):
            yield _finding(service, service.mark, {bit: bits[bit] for bit in found}, node, bits)


def _bits(node: Host | None) -> Bits:
    """What kube-proxy does by which bits."""
    if node is None or node.kubernetes is None:
        return {_MASQUERADES: "masquerades", _DROPS: "drops"}
    bits = {1 << node.kubernetes.masquerade_bit: "masquerades"}
    if node.kubernetes.version is None or node.kubernetes.version < _NO_DROPS:
        bits[_DROPS] = "drops"
    return bits


def _finding(service: Service, mark: int, found: Bits, node: Host | None, bits: Bits) -> Finding:
    message = f"mark {mark} ({mark:#x}) of service {service.name} has {_and(f'{bit:#x}' for bit in found)}"
    message = f"{message}, by which kube-proxy {_and(found.values())} packets"
    word = "bit" if len(bits) == 1 else "bits"
    remedy = f"choose a mark without the {word} {_and(f'{bit:#x}' for bit in bits)}"
    rule, notes = _PERHAPS, []
    if node is not None and node.kubernetes is not None:
        rule, notes = RULE, [Note(node.kubernetes.origin.name, f"director {node.name} is a node")]
    return rule.at(service.origin.at("mark"), message, remedy, notes)


def _and(words: Iterable[str]) -> str:
    return " and ".join(words)
