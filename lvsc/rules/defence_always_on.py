"""A defence against floods is always on.

Why it hurts
    drop_entry, drop_packet and secure_tcp know four modes. 1 and 2 act while
    memory is short; 3 acts always: drop_packet drops each tenth new
    connection's first packet, drop_entry forgets connections that are quiet,
    secure_tcp treats each moment as an attack.
Wrong
    sysctls: {net.ipv4.vs.drop_packet: 3}
Right
    sysctls: {net.ipv4.vs.drop_packet: 1}
Source
    Documentation/networking/ipvs-sysctl.rst; net/netfilter/ipvs/ip_vs_ctl.c update_defense_level()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site
from lvsc.rules.mending import set_sysctl

RULE = Rule("defence-always-on", Severity.WARNING)
_ALWAYS = 3
_DOES = {
    "drop_entry": "forgets quiet connections",
    "drop_packet": "drops packets that open connections",
    "secure_tcp": "takes tcp clients for attackers",
}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting."""
    for host, name, value in ipvs.stated(site):
        if name in _DOES and value == _ALWAYS:
            message = f"director {host.name} {_DOES[name]} at all times, whatever memory is free"
            remedy = f"write {ipvs.shown(name)}: 1, which acts while memory is short"
            fix = set_sysctl(host, ipvs.path(name), 1)
            yield RULE.at(ipvs.at(host, name), f"{message} ({ipvs.shown(name)} {value})", remedy, fix=fix)
