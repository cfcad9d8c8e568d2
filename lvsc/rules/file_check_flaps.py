"""A file takes a real server out of a service, and each reload puts it back for a moment.

Why it hurts
    A file check without a weight removes the real server from the table, and
    its connections are cut off. When keepalived reloads, it adds the real
    server first and removes it once it has read the file: clients are sent to
    what was taken out.
Wrong
    health: {file: {path: /var/lib/web/out}}
Right
    health: {file: {path: /var/lib/web/out, weight: -1}}: the number in the file is taken off the weight, or
    inhibit_on_failure: true
Source
    keepalived issue 1555; check/check_file.c of 2.2.7, seen with live tables
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import CheckKind

RULE = Rule("file-check-flaps", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such a check is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        for health in service.every_check() if not service.upkeep.inhibit else ():
            option = dict(health.option)
            if health.kind is CheckKind.FILE and not option.get("weight"):
                at = health.origin.at("file")
                message = f"what {option['path']} takes out of service {service.name} comes back at each reload"
                remedy = "add `weight: -1` to the check, or `inhibit_on_failure: true` to the service"
                yield at, RULE.at(at, f"{message}, for a moment", remedy)
