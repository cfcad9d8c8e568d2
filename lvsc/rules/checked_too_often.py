"""A real server is checked many times a second.

Why it hurts
    Each director checks each real server of each virtual service: ports,
    protocols, families and directors multiply. The checks fill the logs of
    the real servers and take connections from their clients, and one that is
    slow for a moment fails many of them at once.
Wrong
    ports: [8001, 8002, ... 8060] with health: {tcp: {}, interval: 1s}
Right
    as_one: true, which is checked once; or a longer interval
Source
    keepalived, issue 2358; keepalived.conf(5) delay_loop
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Health, Service
from lvsc.words import PACELESS

RULE = Rule("checked-too-often", Severity.INFO)
_MOST = 20.0


def check(site: Site) -> Iterator[Finding]:
    """One finding for each check, at the real server that has the most of it."""
    rates: dict[str, float] = {}
    greatest: dict[str, tuple[float, Service]] = {}
    for service in site.topology.services.values():
        usual = _rate(site, service, service.checks)
        for member in service.members if usual or service.own_checks else ():
            rate = usual if member.checks is None else _rate(site, service, member.checks)
            if not rate:
                continue
            rates[member.server] = rates.get(member.server, 0.0) + rate
            if rate > greatest.get(member.server, (0.0, service))[0]:
                greatest[member.server] = (rate, service)
    return once(_found(rates, greatest))


def _rate(site: Site, service: Service, checks: Sequence[Health]) -> float:
    """How often a second the directors check a real server for this service."""
    checks = [check for check in checks if check.kind not in PACELESS]
    if not checks:
        return 0.0
    vip = site.topology.vips[service.vip]
    tables = len({address.version for address in vip.addresses})
    if service.mark is None:
        tables = len(vip.addresses) * len(service.protocols) * len(service.ports)
    return sum(1000 * tables * len(vip.directors) / check.interval for check in checks)


def _found(rates: dict[str, float], greatest: dict[str, tuple[float, Service]]) -> Iterator[tuple[object, Finding]]:
    for name in sorted(rates, key=lambda name: (-rates[name], name)):
        if rates[name] <= _MOST:
            return
        rate, service = greatest[name]
        at = service.origin.at("health", "interval")
        message = f"{name} is checked {rates[name]:.0f} times a second, {rate:.0f} of them for service {service.name}"
        yield at, RULE.at(at, message, "write a longer `interval`, or join ports with `as_one: true`")
