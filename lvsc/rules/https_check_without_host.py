"""A check over HTTPS names no virtual host.

Why it hurts
    keepalived then sends no server name in the TLS handshake, and the real
    server's address as Host. What answers is the default virtual host, which
    may live while the one that serves is dead; a server that insists on a
    name refuses the handshake, and every real server is taken out.
Wrong
    health: {https: {path: /healthz}}
Right
    health: {https: {path: /healthz, host: www.example.org}}
Source
    keepalived.conf(5) SSL_GET: enable_sni, virtualhost
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import CheckKind, pages

RULE = Rule("https-check-without-host", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such a check is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        for health in service.every_check():
            if health.kind is not CheckKind.HTTPS or all("host" in page for page in pages(health.option)):
                continue
            at = health.origin.at("https")
            message = f"the https check of service {service.name} sends no server name"
            message = f"{message}: the default virtual host answers, or none"
            yield at, RULE.at(at, message, "add the `host` that clients ask for")
