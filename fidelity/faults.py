"""Changes to a cluster that is right: most are mistakes, some only look like one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_network

from fidelity.draft import Draft, World, at, single
from fidelity.faults_filter import FILTER_FAULTS
from fidelity.world import open_tunnel
from lvsc.state import Held, Link, LinkKind, Listener, Neighbour, PolicyRule, Route, RouteKind
from lvsc.words import ForwardingMethod, Scheduler, TunnelType

Fault = Callable[[World], bool]


def _own(made: World, method: ForwardingMethod) -> list[Draft]:
    return [host for host in made.servers if made.methods[host.name] is method]


def _bare(made: World) -> list[Draft]:
    return [host for host in made.servers if made.methods[host.name] is not ForwardingMethod.NAT]


def arp(made: World) -> bool:
    """Other ARP settings on a real server that holds the VIP."""
    hosts = _bare(made)
    if made.family == 6 or not hosts:
        return False
    dice = made.dice
    level = dice.weighted({"all": 50.0, "eth0": 20.0, "lo": 10.0, "default": 10.0, "late default": 10.0})
    ignore = dice.weighted({None: 30.0, 0: 15.0, 1: 30.0, 2: 10.0, 3: 10.0, 8: 5.0})
    announce = dice.weighted({None: 35.0, 0: 15.0, 1: 25.0, 2: 25.0})
    for host in dice.some(hosts):
        for settings in (host.early, host.sysctls):
            settings[:] = [each for each in settings if "/arp_" not in each[0]]
        where = host.late if "late" in level else host.sysctls
        for key, value in (("arp_ignore", ignore), ("arp_announce", announce)):
            if value is not None:
                where.append((f"net/ipv4/conf/{level.split()[-1]}/{key}", value))
    made.note(f"arp {level} ignore {ignore} announce {announce}")
    return True


def vip_on_server(made: World) -> bool:
    """The VIP elsewhere on a real server, wider, or nowhere; or where it should not be."""
    dice = made.dice
    wide = made.at("lan", 100)
    place = dice.weighted({"missing": 30.0, "eth0": 30.0, "lo wide": 20.0, "dummy0 wide": 10.0, "extra": 10.0})
    hosts = _own(made, ForwardingMethod.NAT) if place == "extra" else _bare(made)
    if not hosts:
        return False
    for host in dice.some(hosts):
        host.held = [held for held in host.held if held.ip != made.vip]
        if place == "missing":
            continue
        device = "lo" if place == "extra" else place.split()[0]
        if device == "dummy0":
            host.device("dummy0", LinkKind.DUMMY)
        host.hold(device, wide if "wide" in place else single(made.vip))
    made.note(f"VIP on server {place}")
    return True


def vip_on_director(made: World) -> bool:
    """The VIP elsewhere on the director, or as its first or only address."""
    host, dice = made.hosts["dir"], made.dice
    own = made.at("lan", 2)
    rest = [held for held in host.held if held.ip != made.vip and held.address != own]
    what = dice.weighted({"missing": 20.0, "first": 30.0, "only": 25.0, "eth1": 15.0, "first wide": 10.0})
    vip = {
        "missing": [], "first": [Held("eth0", single(made.vip))], "only": [Held("eth0", made.at("lan", 100))],
        "eth1": [Held("eth1" if "eth1" in host.links else "lo", single(made.vip))],
        "first wide": [Held("eth0", made.at("lan", 100))],
    }[what]  # fmt: skip
    mine = [] if what == "only" else [Held("eth0", own)]
    host.held = [*vip, *mine, *rest] if "first" in what else [*mine, *rest, *vip]
    made.note(f"VIP on director {what}")
    return True


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


def table_switches(made: World) -> bool:
    """Settings of IPVS itself."""
    key = made.dice.choice(["conntrack", "conntrack", "pmtu_disc", "snat_reroute", "expire_nodest_conn"])
    value = {"conntrack": made.dice.choice([0, 1]), "pmtu_disc": 0, "snat_reroute": 0}.get(key, 1)
    for host in made.directors:
        host.set(f"net.ipv4.vs.{key}", value)
    made.note(f"vs.{key} {value}")
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


def neighbour(made: World) -> bool:
    """Somebody knows for good where an address is, right or wrong."""
    dice = made.dice
    asking = dice.choice([made.hosts["router"], *made.directors, *made.servers])
    for device, link in asking.links.items():
        near = [
            (held.ip, each.links[held.device].mac)
            for each in made.hosts.values()
            for held in each.held
            if each is not asking and held.device in each.links and each.links[held.device].segment == link.segment
            and link.segment and held.ip.version == made.family
        ]  # fmt: skip
        if near:
            address, mac = dice.choice(near)
            if dice.chance(30):
                mac = dice.choice(near)[1]
            assert mac is not None
            asking.neighbours.append(Neighbour(device, address, mac))
            made.note(f"neighbour {asking.name} {address}")
            return True
    return False


def mtu(made: World) -> bool:
    """A wire with another MTU, and much to send."""
    dice = made.dice
    segment = dice.choice(["lan", "far", "priv", "wan"])
    made.mtu[segment] = dice.choice([1400, 1300, 9000])
    made.note(f"mtu {segment} {made.mtu[segment]}")
    return True


def tunnel(made: World) -> bool:
    """A tunnel device that is missing, down, or for somebody else."""
    hosts, dice = _own(made, ForwardingMethod.TUN), made.dice
    table = made.hosts["dir"].ipvs[0].destinations
    if not hosts:
        return False
    what = dice.weighted({"missing": 15.0, "down": 20.0, "named": 35.0, "wrong": 20.0, "other kind": 10.0})
    for host in dice.some(hosts):
        name = next((each for each in ("tunl0", "gre0", "ip6tnl0", "sit0") if each in host.links), None)
        if name is None:
            continue
        link = host.links.pop(name)
        outer = next((each.address.version for each in table if each.name == host.name), made.family)
        if what == "down":
            host.links[name] = replace(link, up=False)
        elif what in ("named", "wrong"):
            remote = made.hosts["dir"].address("eth0", outer) if what == "named" else at(outer, "lan", 250).ip
            local = host.address("eth0", outer) if dice.chance(60) else None
            host.links["tun1"] = replace(link, name="tun1", remote=remote, local=local, mtu=min(link.mtu, 1400))
        elif what == "other kind":
            other = [each for each in TunnelType if each is not made.tunnel]
            open_tunnel(made, host, dice.choice(other))
        host.held = [_moved(host, held) for held in host.held]
        host.sysctls = [each for each in host.sysctls if f"/{name}/" not in each[0] or name in host.links]
    made.note(f"tunnel {what}")
    return True


def _moved(host: Draft, held: Held) -> Held:
    return held if held.device == "lo" or held.device in host.links else replace(held, device="lo")


def table(made: World) -> bool:
    """Another table: weights, thresholds, ports, schedulers, real servers that are not there."""
    dice = made.dice
    host = dice.choice(made.directors)
    service = host.ipvs[0]
    destinations = list(service.destinations)
    index = dice.randrange(len(destinations))
    one = destinations[index]
    what = dice.weighted(
        {
            "weight 0": 15.0,
            "threshold": 15.0,
            "port": 25.0,
            "absent": 15.0,
            "empty": 5.0,
            "local": 15.0,
            "scheduler": 10.0,
        }
    )
    if what == "weight 0":
        destinations[index] = replace(one, weight=0)
    elif what == "threshold":
        destinations[index] = replace(one, upper_threshold=dice.choice([1, 2]))
    elif what == "port" and one.method is ForwardingMethod.NAT:
        destinations[index] = replace(one, port=8080)
        if dice.chance(60):
            server = made.hosts[one.name]
            server.listens = [replace(each, port=8080) for each in server.listens]
    elif what == "absent":
        network = "priv" if one.address in made.at("priv", 1).network else "lan"
        destinations[index] = replace(one, name="", address=made.at(network, 99).ip)
    elif what == "empty":
        destinations = []
    elif what == "local":
        method = dice.choice([ForwardingMethod.DR, ForwardingMethod.NAT])
        address = host.address("eth0", made.family)
        assert address is not None
        destinations[index] = replace(
            one, name=host.name, address=address, method=method, tunnel=TunnelType.IPIP, tunnel_port=None
        )
        host.listens.append(Listener(made.protocol, None, made.port))
    elif what == "scheduler":
        service = replace(service, scheduler=dice.choice(list(Scheduler)))
    else:
        return False
    destinations = [each if each.name else replace(each, name=str(each.address)) for each in destinations]
    host.ipvs[0] = replace(service, destinations=tuple(destinations))
    made.note(f"table {host.name} {what}")
    return True


def listener(made: World) -> bool:
    """An application that is not there, on another port, or at one address only."""
    dice = made.dice
    what = dice.weighted({"none": 35.0, "port": 25.0, "at RIP": 20.0, "at VIP": 20.0})
    for host in dice.some(made.servers):
        if what == "none":
            host.listens = []
        elif what == "port":
            host.listens = [replace(each, port=8080) for each in host.listens]
        else:
            address = made.vip if what == "at VIP" else host.address("eth0", made.family)
            host.listens = [replace(each, address=address) for each in host.listens]
    made.note(f"listener {what}")
    return True


def backup(made: World) -> bool:
    """The second director holds the VIP, too, or the first lost it."""
    if "dir2" not in made.hosts:
        return False
    first, second, dice = made.hosts["dir"], made.hosts["dir2"], made.dice
    second.hold("eth0", single(made.vip), made.family == 6)
    if dice.chance(60):
        first.held = [held for held in first.held if held.ip != made.vip]
    made.note("VIP on dir2")
    return True


def devices(made: World) -> bool:
    """The network card below a bridge, or the VIP on a macvlan."""
    dice = made.dice
    if dice.chance(50):
        host = made.hosts["dir"]
        host.links["vrrp.51"] = Link("vrrp.51", LinkKind.MACVLAN, parent="eth0", mac="00:00:5e:00:01:33")
        host.held = [replace(held, device="vrrp.51") if held.ip == made.vip else held for held in host.held]
        made.note("VIP on macvlan")
        return True
    host = dice.choice(made.servers)
    host.links["br0"] = Link("br0", LinkKind.BRIDGE)
    host.links["eth0"] = replace(host.links["eth0"], master="br0")
    host.held = [replace(held, device="br0") if held.device == "eth0" else held for held in host.held]
    if dice.chance(60):
        host.sysctls = [(key.replace("/eth0/", "/br0/"), value) for key, value in host.sysctls]
    made.note(f"bridge {host.name}")
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


def proxy(made: World) -> bool:
    """Somebody answers ARP for what it can route elsewhere."""
    if made.family == 6:
        return False
    host = made.dice.choice([made.hosts["router"], *made.directors])
    device = made.dice.choice(["all", *(name for name, link in host.links.items() if link.segment)])
    host.set(f"net/ipv4/conf/{device}/proxy_arp", 1)
    made.note(f"proxy_arp {host.name} {device}")
    return True


FAULTS: dict[Fault, float] = {
    arp: 14.0, vip_on_server: 8.0, vip_on_director: 5.0, reverse_path: 10.0, forwarding: 8.0, switches: 6.0,
    table_switches: 5.0, gateway: 12.0, policy: 6.0, neighbour: 4.0, mtu: 6.0, tunnel: 10.0, table: 8.0,
    listener: 4.0, backup: 12.0, devices: 3.0, routes: 6.0, proxy: 2.5, **FILTER_FAULTS,
}  # fmt: skip


def spoil(made: World) -> None:
    """None, one or a few changes."""
    wanted = made.dice.weighted({0: 18.0, 1: 42.0, 2: 28.0, 3: 12.0})
    done: set[Fault] = set()
    for _ in range(40):
        if len(done) == wanted:
            break
        fault = made.dice.weighted(FAULTS)
        if fault not in done and fault(made):
            done.add(fault)
