"""Clusters that are mostly right: who is where, which table, which way home."""

from __future__ import annotations

from dataclasses import replace

from fidelity.draft import Dice, Draft, World, at, single
from lvsc.state import (
    Act,
    Chain,
    Destination,
    FilterRule,
    Hook,
    Link,
    LinkKind,
    Listener,
    Scope,
    VirtualService,
)
from lvsc.words import (
    Address,
    Family,
    ForwardingMethod,
    Protocol,
    Scheduler,
    TunnelType,
    host_network,
)

MODES = {"dr": 30.0, "nat": 25.0, "tun": 25.0, "full": 10.0, "mixed": 10.0}
_METHODS = {
    "dr": ForwardingMethod.DR,
    "nat": ForwardingMethod.NAT,
    "full": ForwardingMethod.NAT,
    "tun": ForwardingMethod.TUN,
}
_SCHEDULERS = {
    Scheduler.RR: 50.0, Scheduler.WRR: 10.0, Scheduler.LC: 5.0, Scheduler.WLC: 15.0, Scheduler.SH: 4.0,
    Scheduler.DH: 3.0, Scheduler.SED: 3.0, Scheduler.NQ: 3.0, Scheduler.FO: 3.0, Scheduler.OVF: 2.0, Scheduler.MH: 2.0,
}  # fmt: skip
_TUNNELS = {TunnelType.IPIP: 75.0, TunnelType.GRE: 12.0, TunnelType.GUE: 13.0}
GUE_PORT = 5555


def world(dice: Dice) -> World:
    """A cluster without mistakes, but of any kind."""
    family = dice.weighted({4: 65.0, 6: 35.0})
    mode = dice.weighted(MODES)
    protocol = Protocol.UDP if dice.chance(12) else Protocol.TCP
    made = World(dice, family, mode, protocol, at(family, "lan", 100).ip)
    made.one_arm = mode in ("nat", "full") and dice.chance(35)
    _clients(made)
    _router(made)
    _directors(made)
    _servers(made)
    _tables(made)
    return made


def _clients(made: World) -> None:
    where = made.dice.weighted({"wan": 60.0, "lan": 25.0, "both": 15.0})
    if where in ("wan", "both"):
        made.add("client").plug("eth0", "wan", made.at("wan", 10)).default(made.at("wan", 1).ip)
    if where in ("lan", "both"):
        name = "client" if where == "lan" else "client2"
        host = made.add(name).plug("eth0", "lan", made.at("lan", 50))
        if made.dice.chance(50):
            host.default(made.at("lan", 1).ip)
    made.note(f"client {where}")


def _router(made: World) -> None:
    router = made.add("router")
    router.plug("eth0", "wan", made.at("wan", 1)).plug("eth1", "lan", made.at("lan", 1))
    router.plug("eth2", "far", made.at("far", 1))
    forward(made, router)


def forward(made: World, host: Draft) -> None:
    """Make it a router of the cluster's family."""
    host.set("net.ipv4.ip_forward" if made.family == 4 else "net.ipv6.conf.all.forwarding", 1)


def _directors(made: World) -> None:
    count = 2 if made.dice.chance(12) else 1
    for number in range(count):
        host = made.add("dir" if not number else "dir2").plug("eth0", "lan", made.at("lan", 2 + number))
        if made.mode in ("nat", "full", "mixed") and not made.one_arm:
            host.plug("eth1", "priv", made.at("priv", 1 + number))
        host.default(made.at("lan", 1).ip)
        if made.mode in ("nat", "full", "mixed"):
            forward(made, host)
    _place_vip(made, made.hosts["dir"])
    if made.mode == "full":
        for host in made.directors:
            _translate(made, host)


def _place_vip(made: World, host: Draft) -> None:
    """Where the director holds the VIP."""
    prefix = 24 if made.family == 4 else 64
    where = made.dice.weighted({"eth0": 75.0, "eth0 with its network": 12.0, "lo": 8.0, "dummy0": 5.0})
    quiet = made.family == 6 and made.dice.chance(60)
    if where == "dummy0":
        host.device("dummy0", LinkKind.DUMMY)
    address = single(made.vip) if "network" not in where else made.at("lan", 100)
    assert address.network.prefixlen in (prefix, made.vip.max_prefixlen)
    host.hold(where.split()[0], address, quiet)
    made.note(f"VIP on {where}{' (deprecated)' if quiet else ''}")


def _translate(made: World, host: Draft) -> None:
    """Full NAT: the director takes the client's place, too."""
    inside = "eth0" if made.one_arm else "eth1"
    own = host.address(inside, made.family)
    how = made.dice.weighted({"masquerade": 50.0, "snat": 25.0, "device": 25.0})
    rule = FilterRule(Act.MASQUERADE, ipvs=(made.vip, made.port))
    if how == "snat":
        rule = replace(rule, act=Act.SNAT, to=own)
    elif how == "device":
        rule = FilterRule(Act.MASQUERADE, device_out=inside)
    host.chains.append(Chain("ip" if made.family == 4 else "ip6", Hook.POSTROUTING, 100, (rule,), nat=True))
    host.set("net.ipv4.vs.conntrack", 1)
    made.note(f"full NAT by {how}")


def method_of(made: World, number: int) -> ForwardingMethod:
    """How packets reach the real server of that number."""
    if made.mode != "mixed":
        return _METHODS[made.mode]
    return made.dice.choice(list(ForwardingMethod))


def _servers(made: World) -> None:
    count = made.dice.weighted({1: 15.0, 2: 60.0, 3: 25.0})
    for number in range(count):
        method = method_of(made, number)
        host = made.add(f"rs{number + 1}")
        made.methods[host.name] = method
        if method is ForwardingMethod.NAT:
            _nat_server(made, host, 11 + number)
        elif method is ForwardingMethod.DR or made.dice.chance(20):
            host.plug("eth0", "lan", made.at("lan", 11 + number)).default(made.at("lan", 1).ip)
        else:
            host.plug("eth0", "far", made.at("far", 11 + number)).default(made.at("far", 1).ip)
        if method is not ForwardingMethod.NAT:
            _hide(made, host)
        _listen(made, host, method)
    _tunnel_devices(made)


def _nat_server(made: World, host: Draft, number: int) -> None:
    inside = "lan" if made.one_arm else "priv"
    host.plug("eth0", inside, made.at(inside, number))
    gateway = made.hosts["dir"].address("eth0" if made.one_arm else "eth1", made.family)
    if made.mode != "full" or made.dice.chance(50):
        host.default(gateway)
    elif made.one_arm:
        host.default(made.at("lan", 1).ip)


def _hide(made: World, host: Draft) -> None:
    """The VIP on a real server, and that it is silent about it."""
    where = made.dice.weighted(
        {"lo": 70.0, "dummy0": 15.0, "dummy0 down": 5.0, "eth0 scope host": 4.0, "lo scope host": 6.0}
    )
    if made.family == 6:
        where = made.dice.weighted({"lo": 80.0, "dummy0": 20.0})
    device, *how = where.split()
    if device == "dummy0":
        host.device("dummy0", LinkKind.DUMMY, up=not how)
    scope = Scope.HOST if "scope" in how else Scope.GLOBAL
    host.hold(device, single(made.vip), scope=scope)
    if made.family == 4:
        quieten(made, host, 3 if scope is Scope.HOST else 1)


def quieten(made: World, host: Draft, ignore: int) -> None:
    """Settings that keep a real server from answering and announcing the VIP."""
    level = made.dice.weighted({"all": 65.0, "eth0": 20.0, "default": 8.0, "early": 7.0})
    keys = [("arp_ignore", ignore), ("arp_announce", 2)]
    for key, value in keys:
        path = f"net/ipv4/conf/{'default' if level == 'early' else level}/{key}"
        (host.early if level == "early" else host.sysctls).append((path, value))


def _listen(made: World, host: Draft, method: ForwardingMethod) -> None:
    """UDP answers from the address it was asked at only where it is bound to it."""
    bound = made.protocol is Protocol.UDP and method is not ForwardingMethod.NAT
    address: Address | None = made.vip if bound else None
    if not bound and made.protocol is Protocol.TCP and made.dice.chance(8):
        address = host.address("eth0", made.family) if method is ForwardingMethod.NAT else made.vip
    host.listens.append(Listener(made.protocol, address, made.port))


def _tunnel_devices(made: World) -> None:
    """Each real server takes what the director wraps."""
    made.tunnel = made.dice.weighted(_TUNNELS) if made.family == 4 else TunnelType.IPIP
    for host in made.servers:
        if made.methods[host.name] is ForwardingMethod.TUN:
            open_tunnel(made, host, made.tunnel)


def open_tunnel(made: World, host: Draft, tunnel: TunnelType) -> None:
    """Give a real server the device that unwraps; sometimes it carries the VIP."""
    if made.family == 6:
        name, kind = "ip6tnl0", LinkKind.IP6TNL
        host.device(name, kind, mode="ip6ip6")
    elif tunnel is TunnelType.GRE:
        name, kind = "gre0", LinkKind.GRE
        host.device(name, kind)
    else:
        name, kind = "tunl0", LinkKind.IPIP
        host.device(name, kind)
    if tunnel is TunnelType.GUE:
        host.links["gue"] = Link("gue", LinkKind.FOU, port=GUE_PORT)
    if made.dice.chance(40):
        host.held = [replace(held, device=name) if held.ip == made.vip else held for held in host.held]


def _tables(made: World) -> None:
    """The same table on every director."""
    dice = made.dice
    scheduler = dice.weighted(_SCHEDULERS)
    persistence = 300 if dice.chance(8) else 0
    marked = dice.chance(8)
    netmask = Family(made.family).bits
    destinations = tuple(_destination(made, host) for host in made.servers)
    service = VirtualService(
        "", Family(made.family), made.protocol, made.vip, made.port, None, scheduler,
        persistence=persistence, netmask=netmask, destinations=destinations,
        one_packet=made.protocol is Protocol.UDP and dice.chance(15),
    )  # fmt: skip
    if marked:
        service = replace(service, address=None, port=0, mark=1, protocol=Protocol.TCP)
        for host in made.directors:
            mark(made, host, made.port)
        made.note("mark")
    elif persistence and dice.chance(25) and made.protocol is Protocol.TCP:
        every = tuple(replace(each, port=0) for each in destinations)
        service = replace(service, port=0, destinations=every)
        made.note("every port")
    for host in made.directors:
        host.ipvs.append(replace(service, name=str(service)))
    made.note(f"{scheduler.value}{' persistent' if persistence else ''}")


def _destination(made: World, host: Draft) -> Destination:
    method = made.methods[host.name]
    address = host.address("eth0", made.family)
    assert address is not None
    weight = made.dice.weighted({1: 75.0, 2: 10.0, 3: 10.0, 0: 5.0})
    tunnel = made.tunnel if method is ForwardingMethod.TUN else TunnelType.IPIP
    return Destination(
        host.name, address, made.port, method, weight, tunnel=tunnel,
        tunnel_port=GUE_PORT if tunnel is TunnelType.GUE else None,
    )  # fmt: skip


def mark(made: World, host: Draft, port: int) -> None:
    """Mark what goes to a port of the VIP."""
    rule = FilterRule(
        Act.MARK, made.protocol.value, destination=host_network(made.vip), ports=((port, port),), set_mark=1
    )
    host.chains.append(Chain("ip" if made.family == 4 else "ip6", Hook.PREROUTING, -150, (rule,)))
