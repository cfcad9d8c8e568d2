"""A service of every port has no persistence.

Why it hurts
    The kernel schedules port 0 only for persistent services and drops the
    rest; ipvsadm refuses such a service, keepalived silently adds a
    persistence of six minutes.
Wrong
    port: 0
Right
    port: 0, persistence: 5m
Source
    net/netfilter/ipvs/ip_vs_core.c ip_vs_schedule(); ipvsadm.c
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site

RULE = Rule("port-zero-without-persistence", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service."""
    for service in site.topology.services.values():
        if service.mark is None and service.persistence is None and (0, 0) in service.ports:
            at = service.origin.at("port" if service.origin.says("port") else "ports")
            message = f"service {service.name} takes every port, which the kernel does only with persistence"
            yield RULE.at(at, message, "add `persistence: 5m`, or name the ports")
