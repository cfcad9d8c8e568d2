"""Packets between pods come in through the tunnel device of a service.

Why it hurts
    Calico carries packets between pods inside IPIP and takes them off with
    tunl0, the device for whatever no other one wants. A device that lvsc
    makes for the node's own address is asked first, and gets the pods'
    packets, too; on tunl0 itself the VIP and rp_filter are the pods' as well.
Wrong
    mode: tun to a node with kubernetes: {pod_tunnel: ipip}
Right
    tunnel: {type: gre}
Source
    net/ipv4/ip_tunnel.c ip_tunnel_lookup(); Calico, Overlay networking: IP in IP
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.state import LinkKind
from lvsc.words import ForwardingMethod

RULE = Rule("tunnel-shared-with-pods", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each node or range of nodes."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    seen: set[str] = set()
    for service, _, host in site.pairs(ForwardingMethod.TUN):
        if host.kubernetes is None or host.kubernetes.pod_tunnel is None or host.name in seen:
            continue
        seen.add(host.name)
        at = host.kubernetes.origin.at("pod_tunnel")
        link = next((each for each in site.hosts[host.name].links if each.kind is LinkKind.IPIP), None)
        if link is not None:
            message = f"{link.name} of real server {host.name} gets the packets between pods, too: they are IPIP"
            note = Note(service.origin.at("mode"), f"service {service.name} needs {link.name}")
            yield at, RULE.at(at, message, "write `tunnel: {type: gre}` on its services", [note])
