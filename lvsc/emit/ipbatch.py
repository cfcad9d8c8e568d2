"""What lvsc adds to a host's network, as input for `ip -batch`: for hosts without systemd-networkd."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit.base import HEADER, File
from lvsc.state import Held, HostState, Link, LinkKind, Route

NAME = "ip"
PATH = "etc/lvsc/network.batch"
PATH6 = "etc/lvsc/network6.batch"

_ADD = {
    LinkKind.IPIP: "link add name {name} type ipip{local}",
    LinkKind.SIT: "link add name {name} type sit{local}",
    LinkKind.GRE: "link add name {name} type gre{local}",
    LinkKind.IP6TNL: "link add name {name} type ip6tnl mode any{local}",
    LinkKind.IP6GRE: "link add name {name} type ip6gre{local}",
    LinkKind.DUMMY: "link add name {name} type dummy",
}


def emit(host: HostState) -> Iterator[File]:
    """Devices, then addresses, then routes; only what lvsc puts there.

    `ip` takes the family of a receiver from its command line alone
    (iproute2: ipfou.c), so those of IPv6 are a file of their own.
    """
    links = [link for link in host.links if link.ours]
    lines = [
        *(line for link in links if not _inner6(link) for line in link_lines(link)),
        *(_address(held) for held in host.addresses if held.ours),
        *(route_line(route) for route in host.routes if route.ours),
    ]
    lines6 = [line for link in links if _inner6(link) for line in link_lines(link)]
    for path, found in ((PATH, lines), (PATH6, lines6)):
        if found:
            yield File(path, HEADER + "".join(f"{line}\n" for line in found))


def _inner6(link: Link) -> bool:
    return link.kind is LinkKind.FOU and link.local is not None and link.local.version == 6


def link_lines(link: Link) -> Iterator[str]:
    """The `ip` commands that create a device."""
    if link.kind is LinkKind.FOU:
        yield f"fou add port {link.port} gue"
        return
    local = f" local {link.local}" if link.local else ""
    yield _ADD[link.kind].format(name=link.name, local=local)
    mtu = "" if link.kind is LinkKind.DUMMY else f" mtu {link.mtu}"
    yield f"link set dev {link.name}{mtu} up"


def _address(held: Held) -> str:
    # Deprecated, so that the VIP never becomes the source of what the host itself sends (RFC 6724 rule 3).
    quiet = " nodad preferred_lft 0" if held.quiet and held.address.version == 6 else ""
    return f"address replace {held.address} dev {held.device}{quiet}"


def route_line(route: Route) -> str:
    """A route as an `ip` command."""
    via = f" via {route.via}" if route.via else ""
    device = f" dev {route.device}" if route.device else ""
    return f"route replace {route.to}{via}{device}"
