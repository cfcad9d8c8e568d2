"""A health check may take longer than the time from one to the next.

Why it hurts
    keepalived starts the next check when the last one has ended. The checks
    of a real server that hangs are as far apart as timeout and interval
    together, and its return is noticed later than the interval promises.
Wrong
    health: {tcp: {}, interval: 5s, timeout: 10s}
Right
    health: {tcp: {}, interval: 10s, timeout: 3s}
Source
    keepalived, check_tcp.c tcp_epilog(): the next check is a timer set by the last
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Health, Service
from lvsc.words import PACELESS

RULE = Rule("check-slower-than-interval", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a pace is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        for health in service.every_check():
            if health.timeout >= health.interval and health.kind not in PACELESS:
                finding = _slower(service, health)
                yield finding.at, finding


def _slower(service: Service, health: Health) -> Finding:
    timeout, interval = _seconds(health.timeout), _seconds(health.interval)
    apart = f"one that hangs is checked every {_seconds(health.timeout + health.interval)} s"
    message = f"timeout {timeout} s of service {service.name} is not below its interval, {interval} s: {apart}"
    whole, at = health.origin.name, health.origin.at("timeout")
    place = health.origin.at("interval") if at == whole else at
    return RULE.at(place, message, f"write a `timeout` below {interval}s, or a longer `interval`")


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g}"
