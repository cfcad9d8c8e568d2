"""A case that says something in every field of the model."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network

from lvsc.state import (
    Act,
    Ask,
    Before,
    Case,
    Chain,
    Deed,
    Destination,
    FilterRule,
    HealthCheck,
    Held,
    Hook,
    HostState,
    Link,
    LinkKind,
    Listener,
    MarkRule,
    Neighbour,
    PolicyRule,
    Route,
    RouteKind,
    Scope,
    SyncDaemon,
    VirtualService,
    VrrpInstance,
)
from lvsc.words import (
    CheckKind,
    Family,
    ForwardingMethod,
    HostRole,
    Protocol,
    Scheduler,
    SchedulerFlag,
    Script,
    TunnelType,
    Upkeep,
)

VIP, RIP = IPv4Address("192.0.2.100"), IPv4Address("192.0.2.11")
VIP6 = IPv6Address("2001:db8::100")
MAC = "02:00:00:00:01:00"
NET = ip_network("10.0.0.0/8")


def whole() -> Case:
    """Two hosts; what the one cannot have, the other has."""
    asks = (
        Ask("a", VIP, 80),
        Ask("b", VIP6, 53, Protocol.UDP, 8, ip_address("2001:db8::1"), 5000, 20000, 10, _deeds()),
    )
    return Case("whole", {"a": _host(), "b": HostState("b", HostRole.ROUTER, False, links=_links())}, asks, ("b", "a"))


def _deeds() -> tuple[Before, ...]:
    address = ip_interface("192.0.2.100/32")
    return (
        Before(Deed.WAIT, seconds=1.5),
        Before(Deed.FORGET, "a"),
        *(Before(deed, "a", "eth0", address) for deed in (Deed.ADD, Deed.REMOVE, Deed.ANNOUNCE)),
    )


def _links() -> tuple[Link, ...]:
    return (
        Link("lo", LinkKind.LOOPBACK, mtu=65536, up=False),
        Link("eth0", LinkKind.ETHERNET, segment="lan", mtu=9000, mac=MAC, ours=True),
        Link("br0", LinkKind.BRIDGE),
        Link("eth1", LinkKind.ETHERNET, segment="lan", master="br0"),
        Link("eth0.10", LinkKind.VLAN, parent="eth0", vlan=10, mtu=9000),
        Link("vrrp.51", LinkKind.MACVLAN, parent="eth0", mtu=1500),
        Link("t1", LinkKind.IP6TNL, mtu=1452, mode="any", local=VIP6, remote=VIP6),
        Link("gue", LinkKind.FOU, local=ip_address("0.0.0.0"), port=5555),
        *(Link(kind.value, kind, mtu=1400, up=False) for kind in LinkKind if kind.value in ("sit", "gre", "ip6gre")),
    )


def _host() -> HostState:
    return HostState(
        name="a",
        role=HostRole.REAL_SERVER,
        managed=True,
        links=_links(),
        addresses=(
            Held("eth0", ip_interface("192.0.2.2/24"), quiet=True, ours=True, scope=Scope.HOST),
            Held("lo", ip_interface("2001:db8::100/128"), dad=True),
        ),
        routes=(
            Route(ip_network("0.0.0.0/0"), VIP, None),
            Route(ip_network("::/0"), None, "eth0"),
            Route(NET, RIP, "eth0", True, RouteKind.LOCAL, 100, 5, VIP, 1400, 1440, True),
        ),
        sysctls=(("net/ipv4/conf/eth0.10/rp_filter", 1), ("net/ipv4/ip_forward", 0)),
        marks=(MarkRule(7, VIP, Protocol.UDP, ((53, 53), (8000, 8010))),),
        ipvs=_services(),
        vrrp=(_instance(),),
        sync=SyncDaemon("eth0", "vrrp+4", 51, "backup"),
        unknown=frozenset({"vip", "sysctl"}),
        early=(("net/ipv4/conf/default/arp_ignore", 1),),
        late=(("net/ipv4/conf/default/arp_ignore", 2), ("net/ipv4/conf/default/arp_ignore", -1)),
        rules=(
            PolicyRule(100, Family.V6, 100, RouteKind.PROHIBIT, mark=1, mask=0xFF, device="eth0"),
            PolicyRule(0, Family.V4, source=NET, to=NET),
        ),
        neighbours=(Neighbour("eth0", RIP, MAC),),
        chains=(Chain("inet", Hook.INPUT, -5, _rules(), drop=True, nat=True), Chain("ip", Hook.OUTPUT, 0, ())),
        listens=(Listener(Protocol.UDP, VIP, 53), Listener(Protocol.TCP, None, 80, Family.V6)),
        unmodelled=("a tc filter\x1b[31m on eth0",),
        timeouts=(900, 120, 300),
    )


def _services() -> tuple[VirtualService, ...]:
    pages = (("urls", ((("path", "/x"), ("status", ("200", "300-302"))), (("path", "/y"),))),)
    deep = HealthCheck(CheckKind.HTTP, 81, 80, 1, 2, 3, 4, pages, 5, True, True, (RIP,), (VIP, VIP6), 6, 7)
    health = HealthCheck(CheckKind.HTTP, 81, 80, 1, 2, 3, 4, (("path", "/x"), ("status", 200), ("words", ("a", "b"))))
    named = Destination("web-é", RIP, 8080, ForwardingMethod.NAT, 3, 9, 4, TunnelType.GUE, 5555, 8081, (deep, health))
    plain = Destination("a", VIP6, 80, ForwardingMethod.TUN, checks=())
    script = Script(("/bin/true", "a b"), "nobody")
    upkeep = Upkeep(3, 1, True, True, True, True, False, script, Script(("/x",)), script, script)
    return (
        VirtualService(
            "shop", Family.V4, Protocol.UDP, VIP, 80, None, Scheduler.MH, (SchedulerFlag.PORT,), 300, 24, True, "ftp",
            (named,), (health,), named, "sip", upkeep,
        ),
        VirtualService(
            "mark 3", Family.V6, Protocol.TCP, None, 0, 3, Scheduler.RR, netmask=128, destinations=(plain,),
            checks=(deep, health),
        ),
        VirtualService("mark 4", Family.V6, Protocol.TCP, None, 0, 4, Scheduler.WLC, netmask=128),
    )  # fmt: skip


def _instance() -> VrrpInstance:
    moved = ((ip_interface("192.0.2.100/32"), "eth0"),)
    return VrrpInstance("vrrp+4", "vrrp", Family.V4, "eth0", 51, 200, 1, False, moved, VIP, (RIP,))


def _rules() -> tuple[FilterRule, ...]:
    every = FilterRule(
        Act.SNAT, "tcp", NET, NET, ((1, 2),), ((80, 80), (1, 65535)), "eth0", "br0", frozenset({"new", "related"}),
        False, 1, MAC, (VIP, 80), VIP, RIP, frozenset({"mac", "ipvs"}), 9, VIP, "log",
    )  # fmt: skip
    return (every, *(FilterRule(act) for act in Act))
