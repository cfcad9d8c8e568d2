"""What puts VIPs, tunnel devices and the gateway on a host at boot: files for systemd-networkd.

networkd applies one file to a device, so the file of an ethernet device that
lvsc adds to says all that the topology knows of that device.
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit.base import HEADER, File
from lvsc.state import Held, HostState, Link, LinkKind, Route

NAME = "networkd"
_FOLDER = "etc/systemd/network/10-lvsc-"
_TUNNELS = (LinkKind.IPIP, LinkKind.SIT, LinkKind.GRE, LinkKind.IP6TNL, LinkKind.IP6GRE)


def emit(host: HostState) -> Iterator[File]:
    """A .netdev for each device lvsc creates, a .network for each device it touches."""
    floating = {device for instance in host.vrrp for _, device in instance.addresses}
    for link in host.links:
        held = list(host.held_on(link.name))
        routes = [route for route in host.routes if _leaves_by(host, route, link)]
        if link.ours:
            yield from _netdev(link)
        if link.kind is LinkKind.FOU:
            continue
        if link.ours or any(each.ours for each in held) or any(route.ours for route in routes):
            yield File(
                f"{_FOLDER}{link.name}.network", HEADER + "".join(_network(link, held, routes, link.name in floating))
            )


def _leaves_by(host: HostState, route: Route, link: Link) -> bool:
    if route.device is not None or route.via is None:
        return route.device == link.name
    return any(
        held.address.version == route.via.version and route.via in held.address.network
        for held in host.held_on(link.name)
    )


def _netdev(link: Link) -> Iterator[File]:
    kind = link.kind.value
    text = f"{HEADER}[NetDev]\nName={link.name}\nKind={kind}\n"
    if link.kind in _TUNNELS:
        mode = "Mode=any\n" if link.kind is LinkKind.IP6TNL else ""
        text += f"MTUBytes={link.mtu}\n\n[Tunnel]\nLocal={link.local}\nRemote=any\nIndependent=yes\n{mode}"
    if link.kind is LinkKind.FOU:
        text += f"\n[FooOverUDP]\nLocal={link.local}\nPort={link.port}\nEncapsulation=GenericUDPEncapsulation\n"
    yield File(f"{_FOLDER}{link.name}.netdev", text)


def _network(link: Link, held: list[Held], routes: list[Route], floating: bool) -> Iterator[str]:
    yield f"[Match]\nName={link.name}\n\n[Network]\n"
    if floating:
        # What keepalived has put there is foreign to networkd, which removes it when it configures the device anew.
        yield "KeepConfiguration=static\n"
    if link.ours:
        yield "LinkLocalAddressing=no\nIPv6AcceptRA=no\n"
    for each in held:
        yield f"\n[Address]\nAddress={each.address}\n"
        if each.quiet and each.address.version == 6:
            yield "PreferredLifetime=0\nDuplicateAddressDetection=none\n"
    for route in routes:
        yield f"\n[Route]\nDestination={route.to}\n" + (f"Gateway={route.via}\n" if route.via else "")
