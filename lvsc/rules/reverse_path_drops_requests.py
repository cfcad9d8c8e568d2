"""A reverse-path filter drops requests, because the way back to the client is another device.

Why it hurts
    The source of a request is the client. Where the route to the client
    leaves by another device than that on which the request came, strict
    reverse-path filtering (1) takes it for a forgery and drops it without a
    word; loose filtering (2) drops it, too, where there is no route to the
    client at all. That is so on real servers that share one device with the
    director and answer by another, on routers, and on directors, which
    answer nobody themselves and often have no route. The greater of `all`
    and the device counts.
Wrong
    eth1 shared with the director, gateway on eth0,
    sysctls: {net.ipv4.conf.all.rp_filter: 1}
Right
    sysctls: {net.ipv4.conf.all.rp_filter: 1, net.ipv4.conf.eth1.rp_filter: 2}
Source
    net/ipv4/fib_frontend.c fib_validate_source(); RFC 3704
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once, sysctl_span
from lvsc.rules.mending import set_sysctl
from lvsc.rules.reverse_path import LOOSE, Crossing, crossings, drops, filtering, settings
from lvsc.words import HostRole

RULE = Rule("reverse-path-drops-requests", Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host or range of hosts."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for each in crossings(site, all_hosts=False):
        value = filtering(site.hosts[each.host.name], each.device)
        if drops(value, each.device, each.back):
            yield _finding(each, value)


def _finding(each: Crossing, value: int) -> tuple[object, Finding]:
    host, device = each.host, each.device
    at = sysctl_span(host, *settings(device))
    way = "its answers leave by" if host.role is HostRole.REAL_SERVER else "its way back is"
    why = f"(strict), and {way} {each.back.device}" if each.back else "and it has no route back"
    message = f"{host.role.value} {host.name} drops requests of {each.client} on {device}: rp_filter is {value} {why}"
    remedy = f"set net.ipv4.conf.{device}.rp_filter: {LOOSE} on {host.name}"
    fix = set_sysctl(host, f"net/ipv4/conf/{device}/rp_filter", LOOSE, safe=False) if each.back else None
    if each.back is None:
        remedy = f"give {host.name} a route to {each.client}, such as a `gateway`"
    return at, RULE.at(at, message, remedy, [each.note], fix=fix)
