"""Clusters of a less usual build, made of the usual one."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

from fidelity.draft import Draft, World, at, everywhere, single
from fidelity.world import mark
from lvsc.state import Held, Link, LinkKind, Listener, PolicyRule, Route, RouteKind
from lvsc.words import Family, ForwardingMethod, Protocol, TunnelType, host_network

_ROUTED = {4: "100.64.7.100", 6: "2001:db8:77::100"}


def routed_vip(made: World) -> None:
    """The VIP lies in no network: the router sends it to the director, which takes it in one way or another."""
    old, new = made.vip, ip_interface(_ROUTED[made.family]).ip
    made.vip = new
    for host in made.hosts.values():
        host.held = [replace(held, address=single(new)) if held.ip == old else held for held in host.held]
        host.listens = [replace(each, address=new) if each.address == old else each for each in host.listens]
        host.chains = [
            replace(chain, rules=tuple(
                replace(
                    rule,
                    destination=host_network(new) if rule.destination == host_network(old) else rule.destination,
                    ipvs=(new, rule.ipvs[1]) if rule.ipvs else None,
                )
                for rule in chain.rules
            ))
            for chain in host.chains
        ]  # fmt: skip
        host.ipvs = [
            replace(each, address=new, name=str(replace(each, address=new))) if each.address == old else each
            for each in host.ipvs
        ]
    own = made.hosts["dir"].address("eth0", made.family)
    made.hosts["router"].routes.append(Route(host_network(new), own, None))
    for client in made.clients:
        if made.dice.chance(70) and client.links["eth0"].segment == "lan":
            client.routes.append(Route(host_network(new), own, None))
    _take(made, made.hosts["dir"])


def _take(made: World, host: Draft) -> None:
    how = made.dice.weighted({"address": 45.0, "local route": 25.0, "mark": 20.0, "nothing": 10.0})
    if how != "address":
        host.held = [held for held in host.held if held.ip != made.vip]
    if how == "local route":
        host.routes.append(Route(host_network(made.vip), None, "lo", kind=RouteKind.LOCAL))
    elif how == "mark":
        if host.ipvs[0].mark is None:
            service = replace(host.ipvs[0], address=None, port=0, mark=1, protocol=Protocol.TCP)
            host.ipvs[0] = replace(service, name=str(service))
            mark(made, host, made.port)
        host.routes.append(Route(everywhere(made.family), None, "lo", kind=RouteKind.LOCAL, table=101))
        host.rules.append(PolicyRule(32764, Family(made.family), 101, mark=1))
    made.note(f"routed VIP by {how}")


def other_family(made: World) -> bool:
    """Real servers that the director reaches in a tunnel of the other family."""
    if made.mode != "tun":
        return False
    other = 10 - made.family
    for host in made.hosts.values():
        for device, link in host.links.items():
            if link.segment in ("lan", "far"):
                number = _number(made, host, device)
                host.held.append(Held(device, at(other, link.segment, number)))
    for host in made.directors:
        host.default(at(other, "lan", 1).ip)
    made.hosts["router"].set("net.ipv4.ip_forward" if other == 4 else "net.ipv6.conf.all.forwarding", 1)
    mode = made.dice.weighted({"any": 40.0, "ipip6": 30.0, "ip6ip6": 20.0, None: 10.0})
    for host in made.servers:
        segment = host.links["eth0"].segment
        assert segment is not None
        host.default(at(other, segment, 1).ip)
        _unwrap(made, host, mode)
    for host in made.directors:
        host.ipvs[0] = replace(
            host.ipvs[0],
            destinations=tuple(
                replace(each, address=made.hosts[each.name].address("eth0", other) or each.address,
                        tunnel=TunnelType.IPIP, tunnel_port=None)
                for each in host.ipvs[0].destinations
            ),
        )  # fmt: skip
    made.tunnel = TunnelType.IPIP
    made.note(f"tunnel of the other family {mode}")
    return True


def _unwrap(made: World, host: Draft, mode: str | None) -> None:
    for name in ("tunl0", "gre0", "ip6tnl0", "gue"):
        host.links.pop(name, None)
    if mode is not None:
        name, kind = ("ip6tnl0", LinkKind.IP6TNL) if made.family == 4 else ("sit0", LinkKind.SIT)
        mtu = 1452 if made.family == 4 else 1480
        host.links[name] = Link(name, kind, mtu=mtu, mode=mode if made.family == 4 else None, up=made.dice.chance(90))
    host.held = [replace(held, device="lo") if held.device not in host.links else held for held in host.held]


def _number(made: World, host: Draft, device: str) -> int:
    """The last number of a host's first address on a device."""
    own = host.address(device, made.family)
    text = str(own).rpartition("." if made.family == 4 else ":")[2]
    return int(text)


def director_serves(made: World) -> bool:
    """The second director is a real server, too: with its own table, packets may go round."""
    if "dir2" not in made.hosts or made.mode not in ("dr", "mixed"):
        return False
    host = made.hosts["dir2"]
    host.hold("lo", single(made.vip))
    host.listens.append(Listener(made.protocol, made.vip if made.protocol is Protocol.UDP else None, made.port))
    if made.family == 4:
        host.set("net.ipv4.conf.all.arp_ignore", 1)
        host.set("net.ipv4.conf.all.arp_announce", 2)
    address = host.address("eth0", made.family)
    assert address is not None
    for director in made.directors:
        service = director.ipvs[0]
        own = replace(
            service.destinations[0], name="dir2", address=address, method=ForwardingMethod.DR, weight=1,
            tunnel=TunnelType.IPIP, tunnel_port=None,
        )  # fmt: skip
        director.ipvs[0] = replace(service, destinations=(*service.destinations, own))
    if made.dice.chance(40):
        host.ipvs.clear()
    made.note("dir2 serves")
    return True


def vary(made: World) -> None:
    """Perhaps one of them."""
    what = made.dice.weighted({None: 76.0, routed_vip: 9.0, other_family: 5.0, director_serves: 10.0})
    if what is not None:
        what(made)
