"""A persistent FTP service takes every high port of its VIP.

Why it hurts
    The kernel cannot know which port a passive data connection will have. For
    a client of a persistent service of port 21 it takes each port from 1024
    that has no service of its own, and port 20: an exporter or admin page on
    a real server can be reached at the VIP, though no service says so.
Wrong
    port: 21, persistence: 5m
Right
    ports: [21, 30000-30100], as_one: true, persistence: 5m, with the passive ports of the FTP server
Source
    net/netfilter/ipvs/ip_vs_ctl.c ip_vs_service_find(): ftpsvc_counter
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.words import Protocol

RULE = Rule("ftp-opens-high-ports", Severity.INFO)
_FTP = (21, 21)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service."""
    for service in site.topology.services.values():
        if service.mark is not None or service.persistence is None or Protocol.TCP not in service.protocols:
            continue
        if _FTP in service.ports:
            says = service.origin.says("port")
            at = service.origin.at("port") if says else service.origin.at("ports", service.ports.index(_FTP))
            address = site.topology.vips[service.vip].addresses[0]
            message = f"service {service.name} (ftp, persistent) takes all ports of {address} from 1024"
            remedy = "name the passive ports: `ports: [21, 30000-30100]` with `as_one: true`"
            yield RULE.at(at, f"{message} that have no service of their own", remedy)
