"""What the kernel's rtnetlink says, as links, addresses, routes, policy rules and neighbours.

Messages come as plain dicts: header fields, and attributes by their names in
include/uapi/linux/{if_link,if_addr,rtnetlink,fib_rules,neighbour}.h.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lvsc.state import Held, Link, LinkKind, Neighbour, PolicyRule, Route, RouteKind, Scope
from lvsc.words import Address, Family, Network, parse_address, parse_interface, parse_network

Message = Mapping[str, Any]
Names = Mapping[int, str]

IFF_UP, IFF_LOOPBACK, IFF_NOARP = 0x1, 0x8, 0x80
ETHERNET = 1
NODAD, DADFAILED, DEPRECATED, TENTATIVE = 0x02, 0x08, 0x20, 0x40
_KERNEL_LL = 3
_ONLINK = 4
_KERNEL = 2
_PERMANENT = 0x80
_UNICAST = 1
_USER_METRIC = 1024
_AF_INET6 = 10
_KINDS = {each.value: each for each in LinkKind if each is not LinkKind.FOU}
_TUNNELS = {"ipip": "IPIP", "sit": "SIT", "gre": "GRE", "ip6tnl": "IP6TNL", "ip6gre": "IP6GRE"}
_MODES = {4: "ipip6", 41: "ip6ip6"}
_SCOPES = {253: Scope.LINK, 254: Scope.HOST}
_ROUTES = {
    1: RouteKind.UNICAST,
    2: RouteKind.LOCAL,
    6: RouteKind.BLACKHOLE,
    7: RouteKind.UNREACHABLE,
    8: RouteKind.PROHIBIT,
}
_WITH_DEVICE = (RouteKind.UNICAST, RouteKind.LOCAL)
_LOCAL_TABLE = 255
# What every host has (ip-rule(8)).
_USUAL_RULES = {(0, 255), (32766, 254), (32767, 253)}
_OTHER_MATCHES = ("FRA_OIFNAME", "FRA_L3MDEV", "FRA_UID_RANGE", "FRA_IP_PROTO", "FRA_SPORT_RANGE", "FRA_DPORT_RANGE")
_INVERTED = 0x2


def kind(message: Message) -> str:
    """What a device is, by the kernel's name where it has one."""
    named = message.get("IFLA_LINKINFO", {}).get("IFLA_INFO_KIND")
    return named or ("loopback" if message["flags"] & IFF_LOOPBACK else "ethernet")


def answers_arp(message: Message) -> bool:
    """Whether neighbours ask for the device's addresses: an ethernet, up, that does ARP."""
    flags = message["flags"]
    return message["ifi_type"] == ETHERNET and bool(flags & IFF_UP) and not flags & (IFF_NOARP | IFF_LOOPBACK)


def link(message: Message, names: Names, bridges: frozenset[int] = frozenset()) -> Link:
    """A device; one of a kind that HostState has not is an ethernet."""
    found = _KINDS.get(kind(message), LinkKind.ETHERNET)
    data = message.get("IFLA_LINKINFO", {}).get("IFLA_INFO_DATA") or {}
    stacked = found in (LinkKind.VLAN, LinkKind.MACVLAN)
    prefix = _TUNNELS.get(found.value)
    master = message.get("IFLA_MASTER", 0)
    has_mac = message["ifi_type"] == ETHERNET and found is not LinkKind.DUMMY
    return Link(
        message["IFLA_IFNAME"],
        found,
        mtu=message["IFLA_MTU"],
        up=bool(message["flags"] & IFF_UP),
        local=_end(data, prefix, "LOCAL"),
        remote=_end(data, prefix, "REMOTE"),
        mode=_MODES.get(data.get("IFLA_IP6TNL_PROTO", 0)) if found is LinkKind.IP6TNL else None,
        parent=names.get(message.get("IFLA_LINK", 0)) if stacked else None,
        vlan=data.get("IFLA_VLAN_ID") if found is LinkKind.VLAN else None,
        master=names.get(master) if master in bridges else None,
        mac=message.get("IFLA_ADDRESS") if has_mac else None,
    )


def _end(data: Message, prefix: str | None, end: str) -> Address | None:
    address = parse_address(data.get(f"IFLA_{prefix}_{end}") or "") if prefix else None
    return None if address is None or address.is_unspecified else address


def address(message: Message, names: Names) -> Held:
    """An address; IPv6 may have the peer's in the place of its own."""
    flags = message.get("IFA_FLAGS", message["flags"])
    own = message.get("IFA_LOCAL") or message["IFA_ADDRESS"]
    six = message["family"] == _AF_INET6
    interface = parse_interface(f"{own}/{message['prefixlen']}")
    assert interface is not None
    return Held(
        names.get(message["index"], ""),
        interface,
        quiet=six and message.get("IFA_CACHEINFO", {}).get("ifa_preferred") == 0,
        scope=Scope.GLOBAL if six else _SCOPES.get(message["scope"], Scope.GLOBAL),
        dad=six and not flags & NODAD,
    )


def made_by_kernel(message: Message, held: Held, mac: str | None) -> bool:
    """Whether an address came with its device: those of the loopback and of sit0, and IPv6's link-local one."""
    if held.device == "lo":
        return str(held.address) in ("127.0.0.1/8", "::1/128")
    if held.ip.version == 4 or not held.ip.is_link_local:
        # ::127.0.0.1/96 and the like (net/ipv6/addrconf.c: add_v4_addrs).
        return held.ip.version == 6 and held.device == "sit0" and not any(held.ip.packed[:12])
    return message.get("IFA_PROTO") == _KERNEL_LL or held.ip.packed[8:] == _eui64(mac)


def _eui64(mac: str | None) -> bytes:
    """The interface identifier of a MAC address (RFC 4291, appendix A)."""
    raw = bytes.fromhex((mac or "").replace(":", ""))
    return bytes([raw[0] ^ 2, *raw[1:3], 0xFF, 0xFE, *raw[3:]]) if len(raw) == 6 else b""


def route(message: Message, names: Names) -> Route | None:
    """A route; None for what the kernel makes of an address, for multicast and for kinds that HostState has not."""
    found = _ROUTES.get(message["type"])
    to = destination(message)
    if found is None or message["proto"] == _KERNEL or to.is_multicast:
        return None
    hop = first_hop(message)
    metrics = message.get("RTA_METRICS") or {}
    outwards = names.get(device(hop))
    return Route(
        to,
        gateway(hop),
        outwards if found in _WITH_DEVICE else None,
        kind=found,
        table=table(message),
        metric=metric(message),
        source=parse_address(message.get("RTA_PREFSRC") or ""),
        mtu=metrics.get("RTAX_MTU", 0),
        advmss=metrics.get("RTAX_ADVMSS", 0),
        onlink=bool(hop.get("flags", 0) & _ONLINK),
    )


def destination(message: Message) -> Network:
    """Where a route leads."""
    everywhere = "::" if message["family"] == _AF_INET6 else "0.0.0.0"
    network = parse_network(f"{message.get('RTA_DST') or everywhere}/{message['dst_len']}")
    assert network is not None
    return network


def first_hop(message: Message) -> Message:
    """The route itself, or the first of its several ways."""
    ways = message.get("RTA_MULTIPATH") or [message]
    found: Message = ways[0]
    return found


def device(hop: Message) -> int:
    """The number of the device that a route, or one of its ways, leads out of."""
    return int(hop.get("RTA_OIF") or hop.get("oif") or 0)


def gateway(hop: Message) -> Address | None:
    """The gateway, also where it is of the other family."""
    other = hop.get("RTA_VIA") or {}
    return parse_address(str(hop.get("RTA_GATEWAY") or other.get("addr") or ""))


def table(message: Message) -> int:
    """The routing table; its number in the header has 8 bits only."""
    return int(message.get("RTA_TABLE") or message["table"])


def metric(message: Message) -> int:
    """The metric as it is written: IPv6 makes 1024 of none (net/ipv6/route.c: IP6_RT_PRIO_USER)."""
    found = int(message.get("RTA_PRIORITY") or 0)
    return 0 if message["family"] == _AF_INET6 and found == _USER_METRIC else found


def rule(message: Message) -> PolicyRule | str | None:
    """A policy rule; None for those that every host has; words for one that HostState cannot say."""
    priority, number = message.get("FRA_PRIORITY", 0), message.get("FRA_TABLE") or message["table"]
    found = _ROUTES.get(message["action"])
    if (priority, number) in _USUAL_RULES and not message.get("FRA_FWMARK"):
        return None
    extra = [name for name in _OTHER_MATCHES if message.get(name)]
    if found is None or message["flags"] & _INVERTED or extra:
        return f"policy rule {priority} matches by what lvsc does not follow"
    mark = message.get("FRA_FWMARK")
    return PolicyRule(
        priority,
        Family.V6 if message["family"] == _AF_INET6 else Family.V4,
        table=number if found is RouteKind.UNICAST else 254,
        kind=found,
        source=_network(message.get("FRA_SRC"), message["src_len"]),
        to=_network(message.get("FRA_DST"), message["dst_len"]),
        mark=mark,
        mask=message.get("FRA_FWMASK", 0xFFFFFFFF) if mark is not None else 0xFFFFFFFF,
        device=message.get("FRA_IIFNAME"),
    )


def _network(text: str | None, length: int) -> Network | None:
    return parse_network(f"{text}/{length}") if text else None


def neighbour(message: Message, names: Names) -> Neighbour | None:
    """A neighbour known for good; None for one that was learnt."""
    address = parse_address(message.get("NDA_DST") or "")
    mac = message.get("NDA_LLADDR")
    if not message["state"] & _PERMANENT or address is None or not mac or address.is_multicast:
        return None
    return Neighbour(names.get(message["ifindex"], ""), address, mac)
