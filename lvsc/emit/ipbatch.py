"""What lvsc adds to a host's network, as input for `ip -batch`: for hosts without systemd-networkd."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit.base import HEADER, File
from lvsc.state import Held, HostState, Link, LinkKind, Route

NAME = "ip"
PATH = "etc/lvsc/network.batch"

_ADD = {
    LinkKind.IPIP: "link add {name} type ipip{local}",
    LinkKind.SIT: "link add {name} type sit{local}",
    LinkKind.GRE: "link add {name} type gre{local}",
    LinkKind.IP6TNL: "link add {name} type ip6tnl mode any{local}",
    LinkKind.IP6GRE: "link add {name} type ip6gre{local}",
    LinkKind.DUMMY: "link add {name} type dummy",
}


def emit(host: HostState) -> Iterator[File]:
    """Devices, then addresses, then routes; only what lvsc puts there."""
    lines = [
        *(line for link in host.links if link.ours for line in link_lines(link)),
        *(_address(held) for held in host.addresses if held.ours),
        *(route_line(route) for route in host.routes if route.ours),
    ]
    if lines:
        yield File(PATH, HEADER + "".join(f"{line}\n" for line in lines))


def link_lines(link: Link) -> Iterator[str]:
    """The `ip` commands that create a device."""
    if link.port is not None:
        # The family of the receiver is that of `local`; without it, IPv4.
        yield f"fou add port {link.port} gue" + (
            f" local {link.local}" if link.local and link.local.version == 6 else ""
        )
    local = f" local {link.local}" if link.local else ""
    yield _ADD[link.kind].format(name=link.name, local=local)
    yield f"link set {link.name} up" if link.kind is LinkKind.DUMMY else f"link set {link.name} mtu {link.mtu} up"


def _address(held: Held) -> str:
    # Deprecated, so that the VIP never becomes the source of what the host itself sends (RFC 6724 rule 3).
    quiet = " nodad preferred_lft 0" if held.quiet and held.address.version == 6 else ""
    return f"address replace {held.address} dev {held.device}{quiet}"


def route_line(route: Route) -> str:
    """A route as an `ip` command."""
    via = f" via {route.via}" if route.via else ""
    device = f" dev {route.device}" if route.device else ""
    return f"route replace {route.to}{via}{device}"
