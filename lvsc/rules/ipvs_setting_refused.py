"""A setting of IPVS has a value that the kernel refuses.

Why it hurts
    The write fails, the setting keeps its old value, and one line in the
    journal of systemd-sysctl is all that says so.
Wrong
    sysctls: {net.ipv4.vs.sync_ports: 3}
Right
    sysctls: {net.ipv4.vs.sync_ports: 4}
Source
    net/netfilter/ipvs/ip_vs_ctl.c proc_do_defense_mode(), proc_do_sync_threshold(), proc_do_sync_ports()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules import ipvs
from lvsc.rules.base import Rule, Site

RULE = Rule("ipvs-setting-refused", Severity.WARNING)
_DEFENCE = (range(4), "0 to 3")
_TAKES = {
    "drop_entry": _DEFENCE,
    "drop_packet": _DEFENCE,
    "secure_tcp": _DEFENCE,
    "sync_ports": ((1, 2, 4, 8, 16, 32, 64), "1, 2, 4, 8, 16, 32 or 64"),
    "sync_retries": (range(4), "0 to 3"),
    # Its second number, the period, is 50: a topology can state only the first.
    "sync_threshold": (range(50), "0 to 49"),
    "sync_version": (range(2), "0 or 1"),
}


def check(site: Site) -> Iterator[Finding]:
    """One finding for each setting."""
    for host, name, value in ipvs.stated(site):
        if name in _TAKES:
            taken, words = _TAKES[name]
            if value not in taken:
                message = f"director {host.name} has {ipvs.shown(name)} {value}, but the kernel takes {words}"
                yield RULE.at(ipvs.at(host, name), message, f"write a value that it takes: {words}")
