"""A service of UDP only is checked over TCP.

Why it hurts
    The check connects to the service's port over TCP, where nothing needs to
    listen: all real servers are taken out, or a TCP server that happens to
    be there answers for a dead UDP one.
Wrong
    protocol: udp, health: {tcp: {}}
Right
    protocol: udp, health: {udp: {require_reply: true}}; or the `port` of something on TCP to be judged by
Source
    keepalived.conf(5): TCP_CHECK, UDP_CHECK, DNS_CHECK
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Health, Service
from lvsc.words import CheckKind, Protocol

RULE = Rule("udp-judged-by-tcp", Severity.WARNING)
_OVER_TCP = (CheckKind.TCP, CheckKind.HTTP, CheckKind.HTTPS, CheckKind.SMTP)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service."""
    for service in site.topology.services.values():
        if service.protocols == (Protocol.UDP,):
            over = (each for each in service.every_check() if each.kind in _OVER_TCP and each.port is None)
            yield from (_judged(service, health) for health in islice(over, 1))


def _judged(service: Service, health: Health) -> Finding:
    kind = health.kind.value
    stated = health.origin.at(kind)
    own = service.origin.says("health") or health not in service.checks
    at = stated if own else service.origin.at("protocol")
    message = f"service {service.name} is udp, but its {kind} check connects over tcp, where nothing need listen"
    dns = any(low <= 53 <= high for low, high in service.ports)
    instead = "`dns: {}`" if dns else "`udp: {}`"
    remedy = f"check with {instead}" if own else f"give the service a `health` of its own with {instead}"
    notes = [] if own else [Note(stated, "the check of all services")]
    return RULE.at(at, message, f"{remedy}, or state the tcp `port` to check", notes)
