"""What a host was built of and what lvsc saw of it, both without what cannot be told apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lvsc.state import MAIN_TABLE, Destination, Held, HostState, Link, LinkKind, Route, RouteKind, VirtualService
from lvsc.walk.settings import Settings
from lvsc.words import USUAL

SETTINGS = (
    "accept_local", "accept_redirects", "arp_announce", "arp_filter", "arp_ignore", "drop_gratuitous_arp", "forwarding",
    "proxy_arp", "route_localnet", "rp_filter", "secure_redirects", "send_redirects", "shared_media",
)  # fmt: skip
_IDLE = ("tunl0", "sit0", "ip6tnl0", "gre0")


def links(host: HostState) -> set[Link]:
    """Devices by all but the wire; a MAC address only where one was stated; receivers by port and family."""
    found = set()
    for each in host.links:
        mode = None if each.mode == "any" else each.mode
        plain = replace(each, mode=mode, segment=None, mac=None, ours=False)
        if each.kind is LinkKind.FOU:
            outer = each.local.version if each.local else 4
            plain = replace(plain, name=f"{each.port} over IPv{outer}", local=None)
        found.add(plain)
    return {each for each in found if each.up or each.name not in _IDLE}


def macs(host: HostState) -> dict[str, str]:
    return {each.name: each.mac for each in host.links if each.mac}


def addresses(host: HostState) -> set[Held]:
    """IPv6 alone knows quiet addresses."""
    return {replace(each, ours=False, quiet=each.quiet and each.ip.version == 6) for each in host.addresses}


def routes(host: HostState, devices: bool = True) -> set[Route]:
    """A local route of no stated table goes to that of local addresses (ip-route(8))."""
    return {
        replace(
            each,
            ours=False,
            device=each.device if devices else None,
            table=255 if each.kind is RouteKind.LOCAL and each.table == MAIN_TABLE else each.table,
        )
        for each in host.routes
    }


def _destination(each: Destination) -> Destination:
    tun = each.method.value == "tun"
    return replace(each, name="", listens=None, tunnel_port=each.tunnel_port if tun else None, checks=None)


def services(host: HostState) -> set[VirtualService]:
    return {
        replace(
            each,
            name="",
            helper=None,
            checks=(),
            upkeep=USUAL,
            sorry=None,
            netmask=each.netmask if each.persistence else each.family.bits,
            destinations=tuple(map(_destination, each.destinations)),
        )
        for each in host.ipvs
    }


def conf(host: HostState) -> dict[tuple[str, str], int]:
    """What counts on every device of IPv4."""
    settings = Settings(host)
    names = ["all", *(each.name for each in host.links if each.kind is not LinkKind.FOU)]
    return {(device, name): settings.own(name, device) for device in names for name in SETTINGS}


def written(host: HostState) -> dict[str, int]:
    """The last value of each setting that is no device's of IPv4."""
    every = dict((*host.early, *host.sysctls, *host.late))
    return {path: number for path, number in every.items() if "/ipv4/conf/" not in path}


def differences(built: HostState, seen: HostState) -> dict[str, Any]:
    """Where what was seen is not what was built."""
    stated = any(each.via and each.device is None for each in built.routes)
    pairs = {
        "links": (links(built), links(seen)),
        "macs": (macs(built), {name: mac for name, mac in macs(seen).items() if name in macs(built)}),
        "addresses": (addresses(built), addresses(seen)),
        "routes": (routes(built, not stated), routes(seen, not stated)),
        "rules": (set(built.rules), set(seen.rules)),
        "neighbours": (set(built.neighbours), set(seen.neighbours)),
        "services": (services(built), services(seen)),
        "settings": (conf(built), {key: value for key, value in conf(seen).items() if key in conf(built)}),
        "others": (written(built), {path: seen.sysctl(path) for path in written(built)}),
        "sync": (built.sync and replace(built.sync, instance=""), seen.sync),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def as_seen(built: HostState, seen: HostState) -> HostState:
    """The host that was seen, on the wires and with the applications and filters that it was built with."""
    wires = {each.name: each.segment for each in built.links}
    links = tuple(replace(each, segment=wires.get(each.name)) for each in seen.links)
    kept = {"listens": built.listens, "chains": built.chains, "marks": built.marks, "role": built.role}
    return replace(seen, links=links, unmodelled=(), **kept)  # type: ignore[arg-type]
