"""A check over UDP takes silence for health.

Why it hurts
    Without `require_reply` only an ICMP error counts as a failure. A real
    server whose application hangs, or whose firewall drops, is silent: it
    looks healthy, and its clients wait in vain.
Wrong
    health: {udp: {}}
Right
    health: {udp: {require_reply: true}}, or for a name server health: {dns: {}}
Source
    keepalived.conf(5) UDP_CHECK
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.words import CheckKind

RULE = Rule("udp-check-without-reply", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such a check is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        for health in service.every_check():
            if health.kind is not CheckKind.UDP or dict(health.option).get("require_reply"):
                continue
            at = health.origin.at("udp")
            dns = any(low <= 53 <= high for low, high in service.ports)
            message = f"the udp check of service {service.name} takes silence for health: only an ICMP error fails it"
            remedy = "check with `dns: {}`" if dns else "add `require_reply: true` if it answers any datagram"
            yield at, RULE.at(at, message, remedy if dns else f"{remedy}, or check with a `script`")
