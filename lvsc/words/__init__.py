"""The field's words as enums and small values; it looks into no other room."""

from lvsc.words.check import PACELESS, PORTLESS, CheckKind, Option, Page, Plain, pages
from lvsc.words.family import (
    Address,
    Family,
    Interface,
    Network,
    family_of,
    host_network,
    parse_address,
    parse_interface,
    parse_network,
)
from lvsc.words.forwarding import ForwardingMethod, TunnelType
from lvsc.words.platform import Platform
from lvsc.words.protocol import Protocol
from lvsc.words.proxy_mode import ProxyMode
from lvsc.words.role import HostRole
from lvsc.words.scheduler import FLAGS, Scheduler, SchedulerFlag
from lvsc.words.sysctl import sysctl_name, sysctl_path
from lvsc.words.upkeep import SCRIPTS, USUAL, Script, Upkeep
from lvsc.words.verdict import Verdict

__all__ = [
    "FLAGS",
    "PACELESS",
    "PORTLESS",
    "SCRIPTS",
    "USUAL",
    "Address",
    "CheckKind",
    "Family",
    "ForwardingMethod",
    "HostRole",
    "Interface",
    "Network",
    "Option",
    "Page",
    "Plain",
    "Platform",
    "Protocol",
    "ProxyMode",
    "Scheduler",
    "SchedulerFlag",
    "Script",
    "TunnelType",
    "Upkeep",
    "Verdict",
    "family_of",
    "host_network",
    "pages",
    "parse_address",
    "parse_interface",
    "parse_network",
    "sysctl_name",
    "sysctl_path",
]
