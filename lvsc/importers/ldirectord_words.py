"""The keys of ldirectord.cf: what lvsc takes, what its language has no place for, and what is history."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TAKEN = _words(
    """
    virtual virtual6 real real6 fallback fallback6 scheduler persistent netmask protocol service checktype checkport
    request virtualhost checkinterval checktimeout negotiatetimeout failurecount checkcount
    """
)

# What the whole file says counts for every service that says nothing.
LIKE_GLOBAL = _words(
    "fallback fallback6 checkinterval checktimeout negotiatetimeout failurecount checkcount checktype checkcommand"
)

NO_PLACE = _words(
    """
    receive httpmethod checkcommand monitorfile load quiescent readdquiescent cleanstop fallbackcommand emailalert
    emailalertfreq emailalertstatus emailalertfrom smtp execute callback ops servicename
    """
)

NOTHING = {
    "autoreload": "lvsc's files are reloaded by whoever changes them",
    "logfile": "keepalived logs to syslog",
    "supervised": "systemd runs the director's services",
    "fork": "keepalived checks all services at once",
    "maintenancedir": "a real server in maintenance has `weight: 0` in the topology",
}

SECRET = _words("login passwd password database secret")

KNOWN = TAKEN | NO_PLACE | SECRET | frozenset(NOTHING)
