"""Two ports of one VIP are persistent, each for itself.

Why it hurts
    Persistence is kept for each virtual service. A client that opens port 80
    and then 443 may meet two real servers, and lose its session.
Wrong
    ports: [80, 443], persistence: 5m
Right
    ports: [80, 443], as_one: true, persistence: 5m
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_sched_persist(): the template has the service's port or mark
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put
from lvsc.source import Span
from lvsc.topology import Service
from lvsc.words import ForwardingMethod, Scheduler

RULE = Rule("persistence-per-port", Severity.INFO)
# Ports of one application, by its first: the plain one and the encrypted one.
_TOGETHER = {80: 80, 443: 80, 8080: 8080, 8443: 8080, 143: 143, 993: 143, 110: 110, 995: 110, 389: 389, 636: 389}
_HASHES = (Scheduler.SH, Scheduler.MH, Scheduler.DH)
Seen = dict[object, tuple[Service, int]]


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service of several ports, and for each that belongs to an earlier one."""
    seen: Seen = {}
    for service in site.topology.services.values():
        if service.persistence is None or service.mark is not None or not _can_be_joined(service):
            continue
        ports = [low for low, _ in service.ports if low]
        if len(ports) > 1:
            yield _several(service, ports)
        elif ports and ports[0] in _TOGETHER:
            first, port = seen.setdefault(_key(service, ports[0]), (service, ports[0]))
            if port != ports[0]:
                yield _pair(first, port, service, ports[0])


def _can_be_joined(service: Service) -> bool:
    """A hash finds the same real server for all ports; one service has one port for each real server."""
    if len(service.members) < 2 or service.scheduler in _HASHES:
        return False
    return service.mode is not ForwardingMethod.NAT or all(member.port is None for member in service.members)


def _key(service: Service, port: int) -> object:
    servers = frozenset(member.server for member in service.members)
    return service.vip, service.protocols, service.mode, servers, _TOGETHER[port]


def _several(service: Service, ports: list[int]) -> Finding:
    shown = " and ".join(map(str, ports[:2]))
    message = f"a client may meet two real servers at ports {shown} of service {service.name}: each is persistent alone"
    fix = put(service.origin.node, "as_one", True, safe=False)
    return RULE.at(_at(service), message, "add `as_one: true`", fix=fix)


def _pair(first: Service, port: int, service: Service, own: int) -> Finding:
    where = f"port {port} of service {first.name} and {own} of {service.name}"
    message = f"a client may meet two real servers at {where}: each is persistent alone"
    remedy = f"make them one service, with `ports: [{port}, {own}]` and `as_one: true`"
    return RULE.at(_at(service), message, remedy, [Note(_at(first), "the other port of the same real servers")])


def _at(service: Service) -> Span:
    return service.origin.at("port" if service.origin.says("port") else "ports")
