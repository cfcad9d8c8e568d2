"""A cloud drops packets because their source is not the sender's own address.

Why it hurts
    The platform knows which addresses it has given to a host, and drops what
    the host sends from another one. A real server behind direct routing or a
    tunnel answers as the VIP; a director passes packets of clients on.
Wrong
    networks: {lan: {platform: openstack}}
Right
    networks: {lan: {platform: openstack, foreign_addresses: true}}, once its ports may use the VIPs
Source
    OpenStack Networking, allowed address pairs; AWS, source/destination checks; Google Cloud, canIpForward;
    Azure, enableIPForwarding
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.way_home import ways_home
from lvsc.topology import Segment
from lvsc.words import ForwardingMethod, Platform

RULE = Rule("platform-checks-source", Severity.ERROR)
_LATER = Rule(RULE.name, Severity.WARNING)
_REMEDIES = {
    Platform.OPENSTACK: "allow its ports the addresses (allowed address pairs), or switch port security off",
    Platform.AWS: "switch the source/destination check of its interfaces off",
    Platform.GCP: "allow its instances IP forwarding (canIpForward)",
    Platform.AZURE: "allow its interfaces IP forwarding (enableIPForwarding)",
}


class Drop(NamedTuple):
    """What is dropped on a network, and why it is sent."""

    network: str
    rule: Rule
    what: str
    note: Note


def check(site: Site) -> Iterator[Finding]:
    """One finding for each network: what is dropped at once, else what is dropped after a failover."""
    left = {
        name: segment
        for name, segment in site.topology.networks.items()
        if segment.platform in _REMEDIES and not segment.foreign_addresses
    }
    for drops in (_answers, _passed_on, _taken_over):
        for drop in drops(site, left) if left else ():
            segment = left.pop(drop.network, None)
            if segment is not None and segment.platform is not None:
                message = f"{segment.platform} drops on network {segment.name} {drop.what}"
                remedy = f"{_REMEDIES[segment.platform]}, then write `foreign_addresses: true` on {segment.name}"
                yield drop.rule.at(segment.origin.at("platform"), message, remedy, [drop.note])


def _answers(site: Site, left: Mapping[str, Segment]) -> Iterator[Drop]:
    """Real servers that answer as a VIP."""
    for way in ways_home(site, ForwardingMethod.DR, ForwardingMethod.TUN):
        device = way.hop.device if way.hop is not None else None
        link = next((link for link in site.hosts[way.host.name].links if link.name == device), None)
        if link is not None and link.segment is not None and link.segment in left:
            address = next(each for each in way.vip.addresses if each.version == way.target.version)
            what = f"what real server {way.host.name} sends as VIP {address}"
            mode = way.service.mode.value
            yield Drop(link.segment, RULE, what, Note(way.service.origin.at("mode"), f"mode {mode} answers as the VIP"))


def _passed_on(site: Site, left: Mapping[str, Segment]) -> Iterator[Drop]:
    """Directors that pass packets of clients on, with the client's address as their source."""
    for service, _, host in site.pairs(ForwardingMethod.DR, ForwardingMethod.NAT):
        directors = [site.topology.directors[name] for name in site.topology.vips[service.vip].directors]
        for port in host.ports if left else ():
            sender = next((each for each in directors if each.port_on(port.network) is not None), None)
            if port.network in left and sender is not None:
                what = f"what director {sender.name} passes on from clients to real server {host.name}"
                mode = service.mode.value
                note = Note(service.origin.at("mode"), f"mode {mode} keeps the client's address")
                yield Drop(port.network, RULE, what, note)


def _taken_over(site: Site, left: Mapping[str, Segment]) -> Iterator[Drop]:
    """Directors that take over a VIP which the platform has given to another one."""
    for vip in site.topology.vips.values():
        if vip.failover is not None and len(vip.directors) > 1 and vip.network in left:
            what = f"what director {vip.directors[1]} sends as VIP {vip.addresses[0]} after a failover"
            yield Drop(vip.network, _LATER, what, Note(vip.origin.at("failover"), "the VIP moves"))
