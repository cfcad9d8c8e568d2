"""One change that touches everything: what a host holds before, and what is wanted of it."""

from __future__ import annotations

from lvsc.plan.thing import (
    Address,
    AddressValue,
    Device,
    DeviceValue,
    File,
    FileValue,
    Key,
    Marks,
    MarksValue,
    RouteTo,
    RouteValue,
    Server,
    ServerValue,
    Service,
    ServiceValue,
    Setting,
    SettingValue,
    Value,
)
from lvsc.plan.wanted import KEEPALIVED, Wanted, digest

HTTP = Service(4, "tcp", "192.0.2.100", 80)
MAIL = Service(4, "tcp", "192.0.2.100", 25)
DNS = Service(4, "udp", "192.0.2.101", 53)
SIX = Service(6, "tcp", "2001:db8::100", 443)
FOREIGN = Service(4, "tcp", "198.51.100.1", 443)
RATE = Setting("net/ipv4/icmp_ratelimit")
OWNED: dict[Key, Value | None] = {HTTP: None, MAIL: None}
FILES = {
    "etc/sysctl.d/90-lvsc.conf": b"net/ipv4/ip_forward = 1\n",
    KEEPALIVED.path: b"global_defs {\n}\n",
    "etc/modules-load.d/lvsc.conf": b"ip_vs\n",
}


def before() -> dict[Key, Value]:
    """What the host holds."""
    return {
        RATE: SettingValue(1000),
        Setting("net/ipv4/ip_forward"): SettingValue(0),
        Setting("net/ipv4/conf/eth0/forwarding"): SettingValue(0),
        Setting("net/ipv4/conf/eth1/forwarding"): SettingValue(1),
        Setting("net/ipv4/conf/all/arp_ignore"): SettingValue(0),
        RouteTo("0.0.0.0/0", 254, 0): RouteValue("192.0.2.1", "eth0"),
        HTTP: ServiceValue("wlc", 0, 0, 32),
        Server(HTTP, "192.0.2.11", 80): ServerValue("dr", 1),
        Server(HTTP, "192.0.2.12", 80): ServerValue("dr", 1),
        Server(HTTP, "192.0.2.13", 80): ServerValue("nat", 1),
        MAIL: ServiceValue("rr", 0, 0, 32),
        Server(MAIL, "192.0.2.11", 25): ServerValue("dr", 1),
        FOREIGN: ServiceValue("rr", 0, 0, 32),
        Server(FOREIGN, "198.51.100.2", 443): ServerValue("nat", 1),
    }


def given() -> Wanted:
    """A service of lvsc's that goes to keepalived, edited on the way, and one that leaves."""
    held = {key: value for key, value in before().items() if key == HTTP or getattr(key, "service", None) == HTTP}
    table: dict[Key, Value] = {**held, HTTP: ServiceValue("wrr", 0, 0, 32)}
    data = FILES[KEEPALIVED.path]
    return Wanted("lvs1", {KEEPALIVED: FileValue(digest(data))}, table, {digest(data): data}, {})


def wanted(marks: bool = True, keepalived: bool = True) -> Wanted:
    """What it shall hold; without what the lab's kernel or a host without keepalived cannot have."""
    things: dict[Key, Value] = {
        Setting("net/ipv4/ip_forward"): SettingValue(1),
        Setting("net/ipv4/conf/all/arp_ignore"): SettingValue(1),
        Device("lvsc0"): DeviceValue("dummy", 1500),
        Setting("net/ipv4/conf/lvsc0/rp_filter"): SettingValue(2),
        Address("lvsc0", "192.0.2.101/32"): AddressValue(),
        Address("lvsc0", "2001:db8::100/128"): AddressValue(quiet=True),
        RouteTo("0.0.0.0/0", 254, 0): RouteValue("192.0.2.2", "eth0"),
        HTTP: ServiceValue("mh", 9, 300, 24),
        Server(HTTP, "192.0.2.11", 80): ServerValue("dr", 5, 100, 50),
        Server(HTTP, "192.0.2.13", 80): ServerValue("dr", 1),
        Server(HTTP, "192.0.2.14", 80): ServerValue("tun", 1, tunnel="gue", tunnel_port=6080),
        DNS: ServiceValue("rr", 4, 0, 32),
        Server(DNS, "192.0.2.11", 53): ServerValue("dr", 1),
        SIX: ServiceValue("sh", 8, 0, 128),
        Server(SIX, "2001:db8::11", 443): ServerValue("dr", 2),
    }
    if marks:
        things[Marks()] = MarksValue(("ip daddr 192.0.2.101 meta mark set 7",))
    files = {path: data for path, data in FILES.items() if keepalived or path != KEEPALIVED.path}
    things.update({File(path): FileValue(digest(data)) for path, data in files.items()})
    things[File("etc/wants/unit")] = FileValue(link="/etc/unit")
    return Wanted("lvs1", things, {}, {digest(data): data for data in files.values()}, {})
