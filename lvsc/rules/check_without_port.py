"""A service of every port has a health check that does not know which port to try.

Why it hurts
    keepalived tries the real server's port, which is 0 here: no check ever
    succeeds, every real server is taken out, and clients are refused.
Wrong
    port: 0, health: {tcp: {}}
Right
    port: 0, health: {tcp: {}, port: 443}
Source
    keepalived.conf(5), connect_port
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import PORTLESS

RULE = Rule("check-without-port", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a check is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        lost = (each for each in service.every_check() if each.port is None and each.kind not in PORTLESS)
        health = next(lost, None)
        if health is None or (service.ports and service.ports[0][0] != 0):
            continue
        at = health.origin.name
        check = f"its {health.kind.value} check tries port 0 and always fails"
        message = f"service {service.name} takes every port, so {check}"
        note = Note(service.origin.name, "the service")
        yield at, RULE.at(at, message, "say which port tells whether the server works: `port: 443` in `health`", [note])
