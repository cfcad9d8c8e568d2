"""Changes to where packets go, and which of them are let through."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from fidelity.draft import Draft, World
from lvsc.state import PolicyRule, Route, RouteKind
from lvsc.words import ForwardingMethod


def reverse_path(made: World) -> bool:
    """Reverse-path filtering on some host."""
    if made.family == 6:
        return False
    dice = made.dice
    host = dice.choice([each for each in made.hosts.values() if not each.name.startswith("client")])
    devices = ["all", "all", "default", *host.links]
    for device in {dice.choice(devices) for _ in range(dice.randint(1, 2))}:
        if device != "gue":
            host.set(f"net/ipv4/conf/{device}/rp_filter", dice.choice([0, 1, 1, 2]))
    made.note(f"rp_filter {host.name}")
    return True


def forwarding(made: World) -> bool:
    """Forwarding on or off, for all or one device, where it was not so."""
    dice = made.dice
    host = dice.choice([*made.directors, *made.servers])
    keys = ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding")
    had = any(key in keys for key, _ in host.sysctls)
    host.sysctls = [each for each in host.sysctls if each[0] not in keys]
    if not had:
        host.set(keys[made.family == 6], 1)
    elif made.family == 4 and dice.chance(50):
        device = dice.choice([name for name, link in host.links.items() if link.segment])
        host.set(f"net/ipv4/conf/{device}/forwarding", 1)
    made.note(f"forwarding {host.name} {'off' if had else 'on'}")
    return True


def switches(made: World) -> bool:
    """Settings that matter when packets come back where they should not."""
    dice = made.dice
    host = dice.choice([*made.directors, *made.servers])
    key = dice.choice(["accept_local", "send_redirects", "accept_redirects", "arp_filter", "route_localnet"])
    if made.family == 6:
        key = "accept_redirects"
    device = dice.choice(["all", "eth0"])
    host.set(f"net/ipv{made.family}/conf/{device}/{key}", 1 - (key in ("send_redirects", "accept_redirects")))
    made.note(f"{key} {host.name} {device}")
    return True


def gateway(made: World) -> bool:
    """A default route that is missing, or leads elsewhere."""
    dice = made.dice
    host = dice.choice([*made.servers, *made.servers, *made.directors, *made.clients])
    segment = next(link.segment for link in host.links.values() if link.segment)
    host.drop_default()
    where = dice.weighted({"missing": 30.0, "nobody": 15.0, "director": 35.0, "router": 20.0})
    number = {"nobody": 250, "router": 1, "director": 1 if segment == "priv" else 2}.get(where)
    if where == "director" and (host.name == "dir" or segment in ("wan", "far")):
        number = 1
    if where == "director" and made.family == 4 and dice.chance(30):
        made.hosts["dir"].set("net.ipv4.conf.all.accept_local", 1)
        made.hosts["dir"].set("net.ipv4.ip_forward", 1)
    if number is not None:
        host.default(made.at(segment, number).ip)
    made.note(f"gateway {host.name} {where}")
    return True


def _gateway(made: World, host: Draft, segment: str, numbers: Sequence[int]) -> int | None:
    """The number of another host, or of nobody; IPv6 leaves a dead gateway after seconds, which is no case of ours."""
    own = {held.ip for held in host.held}
    alive = {held.ip for each in made.hosts.values() for held in each.held}
    addresses = {each: made.at(segment, each).ip for each in numbers}
    found = [each for each, ip in addresses.items() if ip not in own and (ip.version == 4 or ip in alive)]
    return made.dice.choice(found) if found else None


def policy(made: World) -> bool:
    """A rule that sends what a real server or director answers another way."""
    dice = made.dice
    host = dice.choice([*made.servers, *made.directors])
    segment = next(link.segment for link in host.links.values() if link.segment)
    source = ip_network(made.vip) if made.methods.get(host.name) is not ForwardingMethod.NAT else None
    if source is None:
        source = made.at(segment, 1).network
    number = _gateway(made, host, segment, (1, 2, 250))
    if number is None:
        return False
    kind = RouteKind.BLACKHOLE if dice.chance(10) else RouteKind.UNICAST
    family = host.ipvs[0].family if host.ipvs else made.directors[0].ipvs[0].family
    host.rules.append(PolicyRule(32765, family, 100 if kind is RouteKind.UNICAST else 254, kind, source=source))
    if dice.chance(85):
        host.default(made.at(segment, number).ip, table=100)
    made.note(f"rule {host.name} from {source} via {number}")
    return True


def mtu(made: World) -> bool:
    """A wire with another MTU, and much to send."""
    dice = made.dice
    segment = dice.choice(["lan", "far", "priv", "wan"])
    made.mtu[segment] = dice.choice([1400, 1300, 9000])
    made.note(f"mtu {segment} {made.mtu[segment]}")
    return True


def routes(made: World) -> bool:
    """A route for one address or network: to nowhere, to somebody, or with limits of its own."""
    dice = made.dice
    host = dice.choice([*made.directors, *made.servers, made.hosts["router"]])
    segment = next(link.segment for link in host.links.values() if link.segment)
    client = dice.choice(made.clients).address("eth0", made.family)
    server = dice.choice(made.servers).address("eth0", made.family)
    target = dice.choice([each for each in (client, server, made.vip) if each is not None])
    kind = dice.weighted(
        {RouteKind.UNICAST: 55.0, RouteKind.BLACKHOLE: 15.0, RouteKind.UNREACHABLE: 15.0, RouteKind.PROHIBIT: 15.0}
    )
    if kind is not RouteKind.UNICAST:
        host.routes.append(Route(ip_network(target), None, None, kind=kind))
    else:
        number = _gateway(made, host, segment, (1, 2, 11, 250))
        if number is None:
            return False
        mtu, advmss = (1400, 0) if dice.chance(20) else (0, 1200 if dice.chance(10) else 0)
        host.routes.append(Route(ip_network(target), made.at(segment, number).ip, None, mtu=mtu, advmss=advmss))
    made.note(f"route {host.name} {target} {kind.value}")
    return True
