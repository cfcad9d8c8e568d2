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
        if service.protocols == (Protocol.UDP,):
            continue
        over = (each for each in service.every_check() if each.port is None and each.kind in _OVER)
        wrong = next((each for each in over if _OVER[each.kind] not in service.protocols), None)
        if wrong is not None:
            yield _judged(service, wrong)


def _judged(service: Service, health: Health) -> Finding:
    served = " and ".join(protocol.value for protocol in service.protocols)
    kind, over = health.kind.value, _OVER[health.kind].value
    own = service.origin.says("health") or health not in service.checks
    stated = health.origin.at(kind)
    message = f"service {service.name} is {served}, but its {kind} check goes over {over}, where nothing need listen"
    instead = "`tcp: {}`" if Protocol.TCP in service.protocols else "`ping: {}` or a `script`"
    remedy = f"check with {instead}" if own else f"give the service a `health` of its own with {instead}"
    notes = [] if own else [Note(stated, "the check of all services")]
    at = stated if own or not service.origin.says("protocol") else service.origin.at("protocol")
    return RULE.at(at, message, f"{remedy}, or state the {over} `port` to check", notes)
