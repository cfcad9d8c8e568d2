"""A real server with weight 0 goes on getting the new connections of its persistent clients.

Why it hurts
    Persistence is remembered apart from connections, and a client is sent to
    its real server without a look at the weight. lvsc sets
    expire_quiescent_template, so that a client of a real server with weight 0
    chooses anew; the director of this topology switches that off, and a
    real server that is drained never becomes empty.
Wrong
    sysctls: {net.ipv4.vs.expire_quiescent_template: 0}, with a persistent service
Right
    no such setting: lvsc writes 1
Source
    net/netfilter/ipvs/ip_vs_conn.c ip_vs_check_template()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import drop_sysctl

RULE = Rule("quiesced-server-keeps-clients", Severity.WARNING)
_NAME = "expire_quiescent_template"


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director."""
    served = ipvs.services_of(site)
    for host, name, value in ipvs.stated(site):
        if name != _NAME or value != 0:
            continue
        service = next((each for each in served.get(host.name, ()) if each.persistence is not None), None)
        if service is not None:
            message = f"director {host.name} keeps persistent clients of service {service.name} on a real server"
            message = f"{message} whose weight is set to 0 ({_NAME} 0)"
            notes = [Note(service.origin.at("persistence"), "it is persistent")]
            fix = drop_sysctl(host, ipvs.path(name))
            yield RULE.at(ipvs.at(host, name), message, "remove this setting: lvsc writes 1", notes, fix=fix)
