"""A service is judged by whether its host answers a ping.

Why it hurts
    The kernel of a host answers ICMP echo long after its application has
    died. The director goes on sending clients, and they are refused.
Wrong
    port: 80, health: {ping: {}}
Right
    port: 80, health: {http: {path: /healthz}}, or at least {tcp: {}}
Source
    keepalived.conf(5) PING_CHECK
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Service
from lvsc.words import CheckKind, Protocol

RULE = Rule("host-judged-by-ping", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such a check is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        instead = _instead(service)
        alone = [service.checks, *(member.checks for member in service.members if member.checks)]
        pinged = next((each for each in alone if each and all(one.kind is CheckKind.PING for one in each)), None)
        if pinged is not None and instead is not None:
            at = pinged[0].origin.at("ping")
            message = f"service {service.name} is checked by ping: a host with a dead application looks healthy"
            yield at, RULE.at(at, message, f"check with {instead}, or with what asks the application itself")


def _instead(service: Service) -> str | None:
    """A check that sees the application; keepalived has none of sctp."""
    if Protocol.TCP in service.protocols:
        return "`tcp: {}`"
    return "`udp: {require_reply: true}`" if Protocol.UDP in service.protocols else None
