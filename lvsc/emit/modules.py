"""The kernel modules a host needs, loaded at boot before sysctl.d is applied (net.ipv4.vs.* exists only then)."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit.base import HEADER, File
from lvsc.state import HostState, LinkKind
from lvsc.words import ForwardingMethod, TunnelType

NAME = "modules"
PATH = "etc/modules-load.d/lvsc.conf"

_LINKS = {
    LinkKind.DUMMY: ["dummy"],
    LinkKind.IPIP: ["ipip"],
    LinkKind.SIT: ["sit"],
    LinkKind.IP6TNL: ["ip6_tunnel"],
    LinkKind.GRE: ["ip_gre"],
    LinkKind.IP6GRE: ["ip6_gre"],
    LinkKind.FOU: ["fou", "fou6"],
}
_HELPERS = {"ftp": ["nf_conntrack", "nf_nat", "ip_vs_ftp"]}


def emit(host: HostState) -> Iterator[File]:
    """The list, where it is not empty."""
    modules = needed(host)
    if modules:
        yield File(PATH, HEADER + "".join(f"{module}\n" for module in modules))


def needed(host: HostState) -> list[str]:
    """Modules in the order to load them: ip_vs first, then just the schedulers used."""
    found: dict[str, None] = {}
    if host.ipvs:
        found["ip_vs"] = None
        found.update(dict.fromkeys(sorted({service.scheduler.module for service in host.ipvs})))
    for service in host.ipvs:
        found.update(dict.fromkeys(_HELPERS.get(service.helper or "", [])))
        if service.engine is not None:
            found["nf_conntrack"] = found["nf_conntrack_sip"] = found[f"ip_vs_pe_{service.engine}"] = None
    for destination in (each for service in host.ipvs for each in service.destinations):
        if destination.method is ForwardingMethod.TUN and destination.tunnel is TunnelType.GUE:
            found["fou"] = None
            break
    for link in host.links:
        if link.ours:
            found.update(dict.fromkeys(_LINKS[link.kind]))
    return list(found)
