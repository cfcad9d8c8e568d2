"""A service is checked over a protocol that it does not serve.

Why it hurts
    On the service's port nothing needs to listen for another protocol. The
    check of a healthy real server meets a closed port, and all of them are
    taken out: clients are refused.
Wrong
    protocol: tcp, port: 25, health: {udp: {}}
Right
    protocol: tcp, port: 25, health: {smtp: {}}
Source
    keepalived.conf(5): TCP_CHECK, UDP_CHECK; there is no check over SCTP
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Health, Service
from lvsc.words import CheckKind, Protocol

RULE = Rule("judged-by-another-protocol", Severity.WARNING)
_OVER = {
    CheckKind.TCP: Protocol.TCP,
    CheckKind.HTTP: Protocol.TCP,
    CheckKind.HTTPS: Protocol.TCP,
    CheckKind.SMTP: Protocol.TCP,
    CheckKind.UDP: Protocol.UDP,
}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service; those of UDP alone have a rule of their own."""
    for service in site.topology.services.values():
        health = service.health
        if health is None or health.port is not None or service.protocols == (Protocol.UDP,):
            continue
        if health.kind in _OVER and _OVER[health.kind] not in service.protocols:
            yield _judged(service, health)


def _judged(service: Service, health: Health) -> Finding:
    served = " and ".join(protocol.value for protocol in service.protocols)
    kind, over = health.kind.value, _OVER[health.kind].value
    stated, own = service.origin.at("health", kind), service.origin.says("health")
    message = f"service {service.name} is {served}, but its {kind} check goes over {over}, where nothing need listen"
    instead = "`tcp: {}`" if Protocol.TCP in service.protocols else "`ping: {}` or a `script`"
    remedy = f"check with {instead}" if own else f"give the service a `health` of its own with {instead}"
    notes = [] if own else [Note(stated, "the check of all services")]
    at = stated if own or not service.origin.says("protocol") else service.origin.at("protocol")
    return RULE.at(at, message, f"{remedy}, or state the {over} `port` to check", notes)
