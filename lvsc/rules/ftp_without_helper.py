"""An FTP service lets go of its data connections.

Why it hurts
    FTP opens a second connection for each file. With nat only the kernel's
    helper rewrites the address and port in PASV and PORT; without it the
    client is sent to an address that it cannot reach. With dr and tun the
    second connection comes to another port of the VIP, and only persistence
    takes it to the same real server. A login works, a listing does not.
Wrong
    port: 21, mode: nat
Right
    port: 21, mode: nat, helper: ftp; or port: 21, mode: dr, persistence: 5m
Source
    net/netfilter/ipvs/ip_vs_ftp.c; ip_vs_ctl.c ip_vs_service_find(): ftpsvc_counter
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import put
from lvsc.topology import Service
from lvsc.words import ForwardingMethod, Protocol, Scheduler

RULE = Rule("ftp-without-helper", Severity.WARNING)
_FTP = ((21, 21), (20, 21))
_HASHES = (Scheduler.SH, Scheduler.MH)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each service."""
    for service in site.topology.services.values():
        index = next((index for index, ports in enumerate(service.ports) if ports in _FTP), None)
        if index is None or Protocol.TCP not in service.protocols or not _loses_data(service):
            continue
        at = service.origin.at("port") if service.origin.says("port") else service.origin.at("ports", index)
        note = Note(service.origin.at("mode"), "the forwarding method")
        mode = service.mode.value
        if service.mode is ForwardingMethod.NAT:
            message = f"service {service.name} (ftp, {mode}) has no helper: data connections fail"
            fix = put(service.origin.node, "helper", "ftp")
            yield RULE.at(at, message, "add `helper: ftp`", [note], fix=fix)
        else:
            message = f"service {service.name} (ftp, {mode}) has no persistence: passive data connections fail"
            fix = put(service.origin.node, "persistence", "5m", safe=False)
            yield RULE.at(at, message, "add `persistence: 5m`", [note], fix=fix)


def _loses_data(service: Service) -> bool:
    """Whether nothing ties the data connection to the first one; a mark of both that goes by client does."""
    tied = service.persistence is not None or (service.scheduler in _HASHES and not service.flags)
    if service.mark is not None and len(service.ports) > 1:
        return service.helper is None and not tied
    return service.helper is None if service.mode is ForwardingMethod.NAT else service.persistence is None
