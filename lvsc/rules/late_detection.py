"""It takes more than a minute until a dead real server is taken out.

Why it hurts
    Until then the director goes on sending it new clients. A real server
    that hangs is noticed after the interval, and after as many tries as
    `retries` says beside the first, each with its timeout and the delay
    before the next.
Wrong
    health: {tcp: {}, interval: 60s, timeout: 5s, retries: 3}
Right
    health: {tcp: {}, interval: 10s, timeout: 3s, retries: 2}
Source
    keepalived.conf(5): delay_loop, connect_timeout, retry, delay_before_retry
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Health
from lvsc.words import PACELESS

RULE = Rule("late-detection", Severity.INFO)
_LATE = 60_000


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the longest part is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        for health in service.every_check():
            parts = _parts(health)
            late = sum(parts.values())
            if health.kind in PACELESS or late <= _LATE:
                continue
            key = max(parts, key=lambda part: parts[part])
            at = health.origin.at(key)
            what = f"a real server of service {service.name} that hangs is taken out after up to {late / 1000:g} s"
            message = f"{what}, {parts[key] / 1000:g} s of them by `{key}`"
            fewer = "" if key == "interval" else ", or fewer `retries`"
            yield at, RULE.at(at, message, f"write a shorter `{key}`{fewer}")


def _parts(health: Health) -> dict[str, int]:
    """How many milliseconds each key costs at worst: a first try and its retries all run into the timeout."""
    return {
        "interval": health.interval,
        "timeout": (health.retries + 1) * health.timeout,
        "retry_delay": health.retries * health.retry_delay,
    }
