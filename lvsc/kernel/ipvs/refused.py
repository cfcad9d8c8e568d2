"""What the kernel refuses, in sentences: which rule, which attribute, what to do.

IPVS gives a number and nothing else; what it means depends on the command
(net/netfilter/ipvs/ip_vs_ctl.c: ip_vs_genl_set_cmd and what it calls).
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from lvsc.kernel.ipvs.table import Refusal
from lvsc.plan.thing import Change, Server, ServerValue, Service, ServiceValue, Sync, SyncValue, Timeouts

_MOST_WEIGHT = 0x7FFFFFFF
_MODULES = Path("/lib/modules")


def explain(refusal: Refusal, modules: Path = _MODULES) -> tuple[str, str]:
    """A sentence and what to do; `modules` is where kernels' modules lie."""
    change, number = refusal
    if number == errno.EPERM:
        return "the kernel refuses to change its IPVS table", "run lvsc as root on the host itself (CAP_NET_ADMIN)"
    if isinstance(change.key, Service):
        return _service(change.key, change, number, modules)
    if isinstance(change.key, Server):
        return _server(change.key, change, number)
    if isinstance(change.key, Sync):
        return _sync(change, number)
    assert isinstance(change.key, Timeouts)
    return f"the kernel refuses the timeouts: {os.strerror(number)}", "give seconds up to 21474836 (2^31 / 100)"


def _service(key: Service, change: Change, number: int, modules: Path) -> tuple[str, str]:
    value = change.after
    if number == errno.EEXIST:
        return f"service {key} is there already", "somebody else added it meanwhile: plan anew"
    if number == errno.ESRCH:
        return f"service {key} is not there any more", "somebody else removed it meanwhile: plan anew"
    if number == errno.ENOENT and isinstance(value, ServiceValue):
        return _unknown(key, value, modules)
    if number == errno.EINVAL and isinstance(value, ServiceValue):
        return f"the kernel takes no service {key} with {_words(value)}", "look at its port, netmask and scheduler"
    return f"the kernel refuses service {key}: {os.strerror(number)}", "look at dmesg"


def _unknown(key: Service, value: ServiceValue, modules: Path) -> tuple[str, str]:
    """One number for a scheduler that nobody knows, for one whose module is missing, and for an unknown engine."""
    release = os.uname().release
    name = f"ip_vs_{value.scheduler}"
    if value.engine:
        return (
            f"service {key}: scheduler {value.scheduler} or persistence engine {value.engine} is unknown to the kernel",
            f"load {name} and ip_vs_pe_{value.engine}",
        )
    if any((modules / release).rglob(f"{name}.ko*")):
        return f"service {key}: module {name} of scheduler {value.scheduler} cannot be loaded", f"modprobe {name}"
    return (
        f"service {key}: kernel {release} has no scheduler {value.scheduler}",
        f"install the package that holds {name}, or choose another scheduler",
    )


def _server(key: Server, change: Change, number: int) -> tuple[str, str]:
    value, name = change.after, f"{key} of service {key.service}"
    if number == errno.EEXIST:
        return f"real server {name} is there already", "somebody else added it meanwhile: plan anew"
    if number == errno.ESRCH:
        return f"real server {name} has no service: it is not there", "somebody else removed it meanwhile: plan anew"
    if number == errno.ENOENT:
        return f"real server {name} is not there any more", "somebody else removed it meanwhile: plan anew"
    if number == errno.ERANGE and isinstance(value, ServerValue):
        if value.weight > _MOST_WEIGHT or value.weight < 0:
            return f"real server {name} cannot have weight {value.weight}", f"use 0 to {_MOST_WEIGHT}"
        return (
            f"real server {name}: lower threshold {value.lower} is above the upper, {value.upper}",
            "make the lower threshold less than the upper",
        )
    if number == errno.EINVAL:
        return _invalid(key, value if isinstance(value, ServerValue) else None, name)
    return f"the kernel refuses real server {name}: {os.strerror(number)}", "look at dmesg"


def _invalid(key: Server, value: ServerValue | None, name: str) -> tuple[str, str]:
    """What ip_vs_add_dest and ip_vs_new_dest take for invalid."""
    other = (":" in key.address) != (key.service.family == 6)
    if other and value is not None and value.method != "tun":
        return f"real server {name} is of the other address family, which only tun can reach", "use tun"
    if other:
        return f"real server {name} is of the other address family, while a sync daemon runs", "stop the sync daemon"
    if value is not None and value.method == "tun" and value.tunnel == "gue" and not value.tunnel_port:
        return f"real server {name} has a GUE tunnel without a port", "give the tunnel a port"
    return (
        f"real server {name}: {key.address} is no address that a director here can send to",
        "use a unicast address, no broadcast address of a network of the director, no link-local one",
    )


def _sync(change: Change, number: int) -> tuple[str, str]:
    value = change.after or change.before
    device = value.device if isinstance(value, SyncValue) else ""
    assert isinstance(change.key, Sync)
    if number == errno.ENODEV:
        return f"the sync daemon ({change.key.role}) has no device {device}", "name a device of this director"
    if number == errno.EEXIST:
        return f"a sync daemon ({change.key.role}) runs already", "somebody else started it meanwhile: plan anew"
    return f"the kernel refuses the sync daemon ({change.key.role}): {os.strerror(number)}", "look at dmesg"


def _words(value: ServiceValue) -> str:
    return f"scheduler {value.scheduler}, timeout {value.timeout}, netmask /{value.netmask}"
