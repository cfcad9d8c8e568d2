"""Findings with the packet's way as evidence: which failing walk a finding explains, and which none does."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lvsc.finding import Finding, Step
from lvsc.rules.base import Site, gateway_span, sysctl_span
from lvsc.rules.way_home import declared
from lvsc.source import Span
from lvsc.topology import Origin
from lvsc.walk import End, FactKind, Hop
from lvsc.walk.survey import Failure
from lvsc.words import sysctl_path

BYPASS = None
_REPLY = (
    End.WRONG_SOURCE,
    End.RESET,
    End.NOT_LOCAL,
    End.REVERSE_PATH,
    End.MARTIAN_SOURCE,
    End.NO_ROUTE,
    End.NO_NEIGHBOUR,
    End.LOOP,
)
_ANY = (BYPASS, *End)

# What can be seen of a packet where a rule is right; a rule that is not here breaks no packet by itself.
EXPLAINS: Mapping[str, tuple[End | None, ...]] = {
    "real-server-answers-arp": _ANY,
    "real-server-announces-vip": _ANY,
    "proxy-arp-answers-vip": _ANY,
    "unicast-without-address": (End.NO_ROUTE, End.NO_NEIGHBOUR),
    "address-conflict": _ANY,
    "overlapping-networks": _ANY,
    "vip-off-director": (End.NO_NEIGHBOUR, End.NOT_LOCAL, End.NO_ROUTE, End.LOOP, End.PORT_CLOSED, BYPASS),
    "vip-on-several-directors": _ANY,
    "disconnected-part": _ANY,
    "director-hides-vip": (End.NO_NEIGHBOUR, BYPASS),
    "nat-reply-bypasses-director": _REPLY,
    "nat-client-on-link": _REPLY,
    "nat-gateway-does-not-float": _REPLY,
    "inside-does-not-follow": _REPLY,
    "one-arm-redirects": _REPLY,
    "forwarding-off": (End.NOT_LOCAL,),
    "dr-gateway-is-director": (End.MARTIAN_SOURCE, End.NOT_LOCAL, End.REVERSE_PATH),
    "reverse-path-drops-tunnel": (End.REVERSE_PATH,),
    "reverse-path-drops-requests": (End.REVERSE_PATH,),
    "no-way-back": (End.NO_ROUTE, End.NO_NEIGHBOUR, End.REVERSE_PATH),
    "real-server-off-link": (End.LOOP, End.NO_ROUTE, End.NOT_LOCAL, End.NO_NEIGHBOUR),
    "port-remap": (End.PORT_CLOSED, End.NO_DESTINATION),
    "vip-missing-on-real-server": (End.NOT_LOCAL, End.LOOP, End.NO_ROUTE),
    "tunnel-not-opened": (End.NOT_OPENED, End.UNREACHABLE),
    "tunnel-mtu": (End.TOO_BIG,),
    "duplicate-service": _ANY,
    "every-weight-zero": (End.NO_DESTINATION,),
    "port-zero-without-persistence": (End.NO_DESTINATION,),
    "port-hidden-by-mark": _ANY,
    "ftp-without-helper": _ANY,
    "address-is-broadcast": _ANY,
    "address-not-unicast": _ANY,
    "real-server-without-address": _ANY,
    "no-way-to-vip": (End.NO_ROUTE, End.NO_NEIGHBOUR, End.LOOP, End.NOT_LOCAL, End.SENT_NOWHERE),
    "no-way-to-real-server": (End.NO_ROUTE, End.NO_NEIGHBOUR, End.LOOP, End.NOT_LOCAL, End.UNREACHABLE),
    "reverse-path-drops-replies": (End.REVERSE_PATH, End.NO_ROUTE),
    "kube-proxy-answers-arp": _ANY,
    "dr-without-layer-two": _ANY,
    "platform-checks-source": _ANY,
    "helper-on-another-port": _ANY,
    "sorry-server-off-link": _ANY,
    "sorry-server-is-director": _ANY,
    "real-server-undescribed": _ANY,
}


def place_of(site: Site, hop: Hop | None) -> Span | None:
    """Where the fact that decided stands; else the host's name, None for a host nobody declared."""
    if hop is None:
        return None
    host = declared(site, hop.host)
    if host is None:
        client = site.topology.clients.get(hop.host)
        return client.origin.name if client is not None else None
    if hop.fact is not None and hop.fact.kind is FactKind.SYSCTL:
        return sysctl_span(host, sysctl_path(hop.fact.key))
    if hop.fact is not None and hop.fact.kind is FactKind.ROUTE and host.origin.says("gateway"):
        return gateway_span(site, host, None)
    return host.origin.name


def steps(site: Site, failure: Failure) -> tuple[Step, ...]:
    """The hops of a failing walk in words, each with its place."""
    return tuple(Step(str(hop), place_of(site, hop)) for hop in failure.evidence)


class Places:
    """Which object of the topology a place belongs to: the last whose name stands before it."""

    def __init__(self, site: Site) -> None:
        self._starts: dict[str, list[tuple[int, int]]] = {}
        names = {origin.name for origin in _origins(site)}
        for span in sorted(names, key=lambda span: (span.file, span.line, span.column)):
            self._starts.setdefault(span.file, []).append((span.line, span.column))

    def owner(self, span: Span) -> tuple[str, int, int]:
        """The start of the object's name."""
        starts = self._starts.get(span.file, [])
        index = bisect.bisect_right(starts, (span.line, span.column)) - 1
        return (span.file, *starts[max(0, index)]) if starts else (span.file, 0, 0)


def _origins(site: Site) -> Iterator[Origin]:
    topology = site.topology
    for named in (topology.networks, topology.failover, topology.vips, topology.services, topology.clients):
        yield from (each.origin for each in named.values())
    yield from (host.origin for host in topology.hosts())


def _start(span: Span) -> tuple[str, int, int]:
    return (span.file, span.line, span.column)


def involved(site: Site, failure: Failure) -> set[tuple[str, int, int]]:
    """The objects that a failing walk met: hosts, the service, its VIP, and the networks of all these."""
    topology = site.topology
    found: set[tuple[str, int, int]] = set()
    names = {hop.host for hop in failure.hops} | {failure.trip.client, failure.trip.director}
    for service_name, server in failure.pairs:
        service = topology.services[service_name]
        vip = topology.vips[service.vip]
        group = topology.failover.get(vip.failover or "")
        found |= {_start(each.origin.name) for each in (service, vip, topology.networks[vip.network])}
        found |= {_start(group.origin.name)} if group is not None else set()
        names |= {server, *vip.directors}
    for host in filter(None, (declared(site, name) for name in names)):
        found.add(_start(host.origin.name))
        found |= {_start(topology.networks[port.network].origin.name) for port in host.ports}
    return found | {_start(c.origin.name) for c in topology.clients.values() if c.name in names}


def explain(site: Site, findings: Iterable[Finding]) -> tuple[list[Finding], list[Failure]]:
    """The findings with the hops of a walk that each explains, and the failures that none explains."""
    places = Places(site)
    met = [(failure, involved(site, failure)) for failure in site.survey.failures]
    explained: set[int] = set()
    found = []
    for finding in findings:
        ends = EXPLAINS.get(finding.rule, ())
        hops: tuple[Step, ...] = ()
        if ends and met:
            owners = {places.owner(span) for span in (finding.at, *(note.span for note in finding.notes))}
            for number, (failure, objects) in enumerate(met):
                if failure.end in ends and owners & objects:
                    explained.add(number)
                    hops = hops or steps(site, failure)
        found.append(replace(finding, hops=hops) if hops and not finding.hops else finding)
    return found, [failure for number, (failure, _) in enumerate(met) if number not in explained]
