"""A client's port that is used again brings its new connection to the old real server.

Why it hurts
    Busy clients use a port again while the director still remembers its last
    connection. With conn_reuse_mode 0 the new connection is not scheduled: it
    goes where the old one went, be that real server overloaded, drained with
    weight 0 or gone. Behind a proxy or NAT that is much of the traffic.
Wrong
    sysctls: {net.ipv4.vs.conn_reuse_mode: 0}
Right
    no such setting: the kernel has 1, which since Linux 5.9 costs no delay with conntrack, either
Source
    Documentation/networking/ipvs-sysctl.rst conn_reuse_mode; net/netfilter/ipvs/ip_vs_core.c is_new_conn()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import drop_sysctl

RULE = Rule("reused-port-goes-to-old-server", Severity.WARNING)
_NAME = "conn_reuse_mode"


def check(site: Site) -> Iterator[Finding]:
    """One finding for each director."""
    for host, name, value in ipvs.stated(site):
        if name == _NAME and value == 0:
            message = f"director {host.name} sends a client port that is used again to its old real server, even one"
            message = f"{message} with weight 0 or none any more ({_NAME} 0)"
            fix = drop_sysctl(host, ipvs.path(name))
            yield RULE.at(ipvs.at(host, name), message, "remove this setting: the kernel has 1", fix=fix)
