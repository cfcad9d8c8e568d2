"""keepalived runs on the directors of a service, and checks none of its real servers.

Why it hurts
    A real server without a check is up for ever. When it dies, the director
    goes on sending it its share of the clients, until somebody edits the
    table by hand. A failover of the director does not help: the other one
    has the same table. A sorry server is never asked.
Wrong
    vips: {web: {..., failover: pair}}, services: {http: {vip: web, ...}}
Right
    services: {http: {vip: web, ..., health: {http: {path: /healthz}}}}; health: null, where none is meant
Source
    keepalived.conf(5) real_server
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, named
from lvsc.topology import Service

RULE = Rule("unchecked-service", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each set of directors, at its first such service."""
    found: dict[tuple[str, ...], list[Service]] = {}
    kept = {name: site.hosts[name].keepalived for name in site.topology.directors}
    for service in site.topology.services.values():
        directors = site.topology.vips[service.vip].directors
        unchecked = not service.every_check() and not service.origin.says("health")
        if (
            unchecked
            and (len(service.members) > 1 or service.sorry is not None)
            and all(kept[name] for name in directors)
        ):
            found.setdefault(directors, []).append(service)
    for services in found.values():
        who = "service" if len(services) == 1 else "services"
        message = f"keepalived checks no real server of {who} {named(service.name for service in services)}"
        message = f"{message}: a dead one goes on getting clients"
        remedy = "add `health: {tcp: {}}`, or what asks the service itself; `health: null` says that none is meant"
        yield RULE.at(services[0].origin.name, message, remedy)
