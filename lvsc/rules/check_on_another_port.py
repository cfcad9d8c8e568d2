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
from lvsc.topology import Health, Service
from lvsc.words import PORTLESS, CheckKind, ForwardingMethod, Protocol

RULE = Rule("check-on-another-port", Severity.INFO)
_UDP = (CheckKind.UDP, CheckKind.DNS)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the port of a check is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        served = _served(service)
        for health in service.every_check():
            port = _other(service, health)
            if port is None or not served or port in served:
                continue
            at = health.origin.at("port")
            shown = ", ".join(map(str, sorted(served)[:3])) + (" ..." if len(served) > 3 else "")
            message = f"service {service.name} is checked on port {port}, but serves on {shown}"
            remedy = f"remove `port: {port}`, or let what answers there test the service itself"
            yield at, RULE.at(at, f"{message}: a dead one may look healthy", remedy)


def _other(service: Service, health: Health) -> int | None:
    """The stated port of a check, where the service's own could be checked, too."""
    if health.kind in PORTLESS or service.mark is not None:
        return None
    if service.protocols == (Protocol.UDP,) and health.kind not in _UDP:
        return None
    return health.port


def _served(service: Service) -> set[int]:
    """The ports on which real servers get the packets; none where it can be any."""
    own = {low for low, _ in service.ports}
    if 0 in own:
        return set()
    if service.mode is not ForwardingMethod.NAT:
        return own
    return {port for member in service.members for port in ([member.port] if member.port else own)}
