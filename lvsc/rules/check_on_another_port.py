"""A health check asks another port than the one that serves.

Why it hurts
    What listens on the checked port may live while the service is dead, and
    the director goes on sending clients; or it dies alone, and takes a
    healthy real server out.
Wrong
    port: 80, health: {http: {}, port: 8081}
Right
    port: 80, health: {http: {path: /healthz}}
Source
    keepalived.conf(5): connect_port
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Service
from lvsc.words import CheckKind, ForwardingMethod, Protocol

RULE = Rule("check-on-another-port", Severity.INFO)
_PORTLESS = (CheckKind.PING, CheckKind.SCRIPT)
_UDP = (CheckKind.UDP, CheckKind.DNS)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the port of a check is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        port = _other(service)
        if port is None:
            continue
        served = _served(service)
        if served and port not in served:
            at = service.origin.at("health", "port")
            shown = ", ".join(map(str, sorted(served)[:3])) + (" ..." if len(served) > 3 else "")
            message = f"service {service.name} is checked on port {port}, but serves on {shown}"
            remedy = f"remove `port: {port}`, or let what answers there test the service itself"
            yield at, RULE.at(at, f"{message}: a dead one may look healthy", remedy)


def _other(service: Service) -> int | None:
    """The stated port of a check, where the service's own could be checked, too."""
    if service.health is None or service.health.kind in _PORTLESS or service.mark is not None:
        return None
    if service.protocols == (Protocol.UDP,) and service.health.kind not in _UDP:
        return None
    return service.health.port


def _served(service: Service) -> set[int]:
    """The ports on which real servers get the packets; none where it can be any."""
    own = {low for low, _ in service.ports}
    if 0 in own:
        return set()
    if service.mode is not ForwardingMethod.NAT:
        return own
    return {port for member in service.members for port in ([member.port] if member.port else own)}
