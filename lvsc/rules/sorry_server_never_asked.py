"""A service has a sorry server, and says that its real servers are not checked.

Why it hurts
    The sorry server stands in when no real server is left, and only a health
    check takes one out. Without a check all of them are up for ever: when
    they are dead, clients wait in vain, and nobody says sorry.
Wrong
    health: null, sorry_server: {real_server: sorry1}
Right
    health: {tcp: {}}, sorry_server: {real_server: sorry1}
Source
    keepalived.conf(5) sorry_server, quorum; lab: without a check it serves only where every weight is 0
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once

RULE = Rule("sorry-server-never-asked", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a sorry server is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        # Where nothing is said of health, unchecked-service asks for a check.
        unchecked = not service.every_check() and service.origin.says("health")
        if unchecked and service.sorry is not None and any(member.weight for member in service.members):
            at = service.origin.at("sorry_server")
            who = service.sorry.server or str(service.sorry.address)
            message = f"sorry server {who} of service {service.name} is never asked: without a check every real server"
            notes = [Note(service.origin.at("health"), "no check")]
            remedy = "write a `health`, such as `{tcp: {}}`, or `sorry_server: null`"
            yield at, RULE.at(at, f"{message} counts as up", remedy, notes)
