"""A service has the helper of FTP, but not its port.

Why it hurts
    The kernel's helper looks at port 21 of the VIP over TCP, and at no
    other, unless its module is loaded with a list of ports. The service has
    its control connection, and data connections fail as without helper.
Wrong
    port: 2121, helper: ftp
Right
    port: 21, helper: ftp; the real servers may have port 2121
Source
    net/netfilter/ipvs/ip_vs_ftp.c: module parameter ports
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Service
from lvsc.words import Protocol

RULE = Rule("helper-on-another-port", Severity.ERROR)
_FTP = 21


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service."""
    for service in site.topology.services.values():
        if service.helper is not None and service.ports and not _has_port(service):
            low, high = service.ports[0]
            ports = str(low) if low == high else f"{low}-{high}"
            words = "/".join(protocol.value for protocol in service.protocols)
            message = f"the helper ftp of service {service.name} looks at port {_FTP}/tcp, not at {ports}/{words}"
            remedy = f"write `port: {_FTP}`, or remove `helper`"
            yield RULE.at(service.origin.at("helper"), f"{message}: data connections fail", remedy)


def _has_port(service: Service) -> bool:
    if Protocol.TCP not in service.protocols:
        return False
    return any(low <= _FTP <= high or low == 0 for low, high in service.ports)
