"""Devices, addresses and routes of this network namespace, read and changed over rtnetlink.

The only module that knows pyroute2, and of that its messages alone: every attribute is sent, none is a default of
the library.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Iterator
from ipaddress import ip_interface, ip_network
from typing import Any

from pyroute2.netlink.rtnl.fibmsg import fibmsg
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
from pyroute2.netlink.rtnl.ndmsg import ndmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from lvsc.kernel import network_state as said
from lvsc.kernel import receivers, rtnl, settings
from lvsc.kernel.announce import announce
from lvsc.kernel.explained import explained
from lvsc.plan.thing import (
    Address,
    AddressValue,
    Change,
    Device,
    DeviceValue,
    Key,
    RouteTo,
    RouteValue,
    Value,
)
from lvsc.words import parse_address

# include/uapi/linux/rtnetlink.h
_NEWLINK, _DELLINK, _NEWADDR, _DELADDR, _NEWROUTE, _DELROUTE = 16, 17, 20, 21, 24, 25
_DUMPS: dict[str, tuple[type[Any], int]] = {
    "links": (ifinfmsg, 18),
    "addresses": (ifaddrmsg, 22),
    "routes": (rtmsg, 26),
    "neighbours": (ndmsg, 30),
    "rules": (fibmsg, 34),
}
_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_DOWN = " (down)"
_FOREVER = 0xFFFFFFFF
_UNICAST, _UNIVERSE, _LINK = 1, 0, 253
_USER_METRIC = 1024
_SILENT = 8  # arp_ignore: no answer for any address
# What a tunnel takes: IPPROTO_IPIP, IPPROTO_IPV6, or 0 for both. A sit device for both would take IPv4 packets, too.
_PROTOCOLS = {"ipip": 4, "sit": 41, "": 0, "any": 0, "ipip6": 4, "ip6ip6": 41}
_TTL, _ENCAP_LIMIT = 64, 4

Message = dict[str, Any]


def dump(what: str) -> list[Message]:
    """All `links`, `addresses`, `routes`, `neighbours` or `rules`, of both families, as plain dicts."""
    of, number = _DUMPS[what]
    found: list[Message] = []
    for family in (socket.AF_UNSPEC,) if what == "links" else _FAMILIES:
        message = of()
        message["family"] = family
        # A kernel without IPv6 answers for every family.
        found += [each for each in rtnl.dump(what, message, number) if family in (0, each["family"])]
    return found


def names(links: Iterable[Message]) -> dict[int, str]:
    """The devices' names by number."""
    return {each["index"]: each["IFLA_IFNAME"] for each in links}


def things(keys: Iterable[Key]) -> dict[Key, Value]:
    """The live values of these devices, addresses and routes; what is absent is not in it.

    A device that is down has that behind its kind; IPv6's metric 1024 is 0, as written.
    """
    keys = set(keys)
    kinds = {type(key) for key in keys}
    links = dump("links") if kinds else []
    found: dict[Key, Value] = {}
    if Device in kinds:
        found.update((Device(each["IFLA_IFNAME"]), _device(each)) for each in links)
        if any(isinstance(key, Device) and receivers.is_receiver(key.name) for key in keys):
            found.update((Device(name), value) for name, value in receivers.read().items())
    if Address in kinds:
        found.update(_address(each, names(links)) for each in dump("addresses"))
    if RouteTo in kinds:
        found.update(_routes(names(links)))
    return {key: value for key, value in found.items() if key in keys}


def _device(message: Message) -> DeviceValue:
    link = said.link(message, {})
    kind = said.kind(message) + ("" if link.up else _DOWN)
    return DeviceValue(kind, link.mtu, str(link.local or ""), 0, link.mode or "")


def _address(message: Message, named: dict[int, str]) -> tuple[Key, Value]:
    held = said.address(message, named)
    return Address(held.device, str(held.address)), AddressValue(held.quiet)


def _routes(named: dict[int, str]) -> Iterator[tuple[Key, Value]]:
    """The first of those that differ only in what the kernel does not tell apart is the one that counts."""
    seen = set()
    for message in dump("routes"):
        key = RouteTo(str(said.destination(message)), said.table(message), said.metric(message))
        if key not in seen and message["type"] == _UNICAST:
            seen.add(key)
            hop = said.first_hop(message)
            yield key, RouteValue(str(said.gateway(hop) or ""), named.get(said.device(hop), ""), message["proto"])


def addresses() -> list[str]:
    """All addresses of this namespace, with their prefixes."""
    return [str(said.address(each, {}).address) for each in dump("addresses")]


def mirror(addresses: Iterable[str]) -> None:
    """Put addresses on a dummy device, in a namespace that is nobody's."""
    _put_device(Device("mirror"), DeviceValue("dummy", 1500), False)
    for text in addresses:
        interface = ip_interface(text)
        if not interface.ip.is_loopback and not interface.ip.is_link_local:
            # Two devices may have the same one.
            _send_address(Address("mirror", text), AddressValue(), rtnl.CREATE | rtnl.REPLACE)


def perform(change: Change) -> None:
    """Add, edit in place or remove one device, address or route. Raises LvscError; then nothing has changed."""
    key = change.key
    if isinstance(key, Device):
        _change_device(key, change.before, change.after)
    elif isinstance(key, Address):
        _change_address(key, change)
    elif isinstance(key, RouteTo):
        _change_route(key, change)


def _index(device: str) -> int:
    try:
        return socket.if_nametoindex(device)
    except OSError as error:
        raise explained(errno.ENODEV, f"device {device}") from error


def _change_device(key: Device, before: Value | None, after: Value | None) -> None:
    assert before is None or isinstance(before, DeviceValue)
    assert after is None or isinstance(after, DeviceValue)
    if receivers.is_receiver(key.name):
        if before is not None:
            receivers.change(key.name, False)
        if after is not None:
            receivers.change(key.name, True)
        return
    edits = before is not None and after is not None and _bare(before) == _bare(after)
    if before is not None and not edits:
        message = ifinfmsg()
        message["index"] = _index(key.name)
        rtnl.request(f"device {key.name}", message, _DELLINK, 0)
    if after is not None:
        _put_device(key, after, edits)


def _bare(value: DeviceValue) -> str:
    return value.kind.removesuffix(_DOWN)


def _put_device(key: Device, value: DeviceValue, edits: bool) -> None:
    kind, up = _bare(value), not value.kind.endswith(_DOWN)
    message = ifinfmsg()
    message["index"] = _index(key.name) if edits else 0
    message["flags"], message["change"] = (said.IFF_UP if up else 0), said.IFF_UP
    info: list[tuple[str, Any]] = [("IFLA_INFO_KIND", kind)]
    data = _data(kind, value)
    if data:
        info.append(("IFLA_INFO_DATA", {"attrs": data}))
    # The name of a device that is up may not even be set to what it is.
    message["attrs"] = [*([] if edits else [("IFLA_IFNAME", key.name)]), ("IFLA_MTU", value.mtu)]
    if data or not edits:
        message["attrs"].append(("IFLA_LINKINFO", {"attrs": info}))
    rtnl.request(f"{kind} device {key.name}", message, _NEWLINK, 0 if edits else rtnl.CREATE | rtnl.EXCL)


def _data(kind: str, value: DeviceValue) -> list[tuple[str, Any]]:
    """What makes a tunnel device, as `ip` would fill it in."""
    if kind in ("ipip", "sit", "gre"):
        ends, prefix = (value.local or "0.0.0.0", "0.0.0.0"), {"ipip": "IPIP", "sit": "SIT", "gre": "GRE"}[kind]
        more: list[tuple[str, Any]] = [("PMTUDISC", 1), ("TTL", 0)]
    elif kind in ("ip6tnl", "ip6gre"):
        ends, prefix = (value.local or "::", "::"), {"ip6tnl": "IP6TNL", "ip6gre": "IP6GRE"}[kind]
        more = [("TTL", _TTL), ("ENCAP_LIMIT", _ENCAP_LIMIT)]
    else:
        return []
    if kind in ("ipip", "sit", "ip6tnl"):
        more.append(("PROTO", _PROTOCOLS[value.mode if kind == "ip6tnl" else kind]))
    named = [("LOCAL", ends[0]), ("REMOTE", ends[1]), ("TOS", 0), *more]
    return [(f"IFLA_{prefix}_{name}", each) for name, each in named]


def _change_address(key: Address, change: Change) -> None:
    if change.after is None:
        rtnl.request(_place(key), _address_message(key), _DELADDR)
        return
    assert isinstance(change.after, AddressValue)
    _send_address(key, change.after, rtnl.CREATE | (rtnl.EXCL if change.before is None else rtnl.REPLACE))
    if change.before is None:
        _announce(key)


def _place(key: Address) -> str:
    return f"address {key.address} on {key.device}"


def _address_message(key: Address) -> Any:
    interface = ip_interface(key.address)
    message = ifaddrmsg()
    message["family"] = socket.AF_INET6 if interface.version == 6 else socket.AF_INET
    message["prefixlen"], message["index"] = interface.network.prefixlen, _index(key.device)
    message["scope"] = _UNIVERSE
    message["attrs"] = [("IFA_LOCAL", str(interface.ip)), ("IFA_ADDRESS", str(interface.ip))]
    return message


def _send_address(key: Address, value: AddressValue, flags: int) -> None:
    message = _address_message(key)
    if message["family"] == socket.AF_INET6:
        times = {"ifa_preferred": 0 if value.quiet else _FOREVER, "ifa_valid": _FOREVER, "cstamp": 0, "tstamp": 0}
        message["attrs"] += [("IFA_FLAGS", said.NODAD), ("IFA_CACHEINFO", times)]
    rtnl.request(_place(key), message, _NEWADDR, flags)


def _announce(key: Address) -> None:
    """Neighbours learn of it where they ask for it, and where the host would answer."""
    message = next((each for each in dump("links") if each["IFLA_IFNAME"] == key.device), None)
    if message is None or not said.answers_arp(message):
        return
    address = ip_interface(key.address).ip
    ignores = [settings.read(f"net/ipv4/conf/{name}/arp_ignore") or 0 for name in ("all", key.device)]
    if address.version == 6 or max(ignores) < _SILENT:
        forwards = bool(settings.read(f"net/ipv6/conf/{key.device}/forwarding"))
        announce(key.device, message["IFLA_ADDRESS"], address, router=forwards)


def _change_route(key: RouteTo, change: Change) -> None:
    value = change.before if change.after is None else change.after
    assert isinstance(value, RouteValue)
    message = _route_message(key, value)
    what = f"route to {key.to}" + (f" via {value.via}" if value.via else "")
    if change.after is None:
        rtnl.request(what, message, _DELROUTE, 0)
    else:
        # Also where nothing was planned to be there: somebody's default route of another kind is replaced.
        rtnl.request(what, message, _NEWROUTE, rtnl.CREATE | rtnl.REPLACE)


def _route_message(key: RouteTo, value: RouteValue) -> Any:
    network, via = ip_network(key.to), parse_address(value.via)
    message = rtmsg()
    message["family"] = socket.AF_INET6 if network.version == 6 else socket.AF_INET
    message["dst_len"], message["table"] = network.prefixlen, key.table if key.table < 256 else 0
    message["proto"], message["type"] = value.protocol, _UNICAST
    message["scope"] = _LINK if via is None and network.version == 4 else _UNIVERSE
    attributes: list[tuple[str, Any]] = [("RTA_TABLE", key.table)]
    attributes += [("RTA_DST", str(network.network_address))] if network.prefixlen else []
    if via is not None and via.version > network.version:
        attributes.append(("RTA_VIA", {"family": socket.AF_INET6, "addr": str(via)}))
    elif via is not None:
        attributes.append(("RTA_GATEWAY", str(via)))
    attributes += [("RTA_OIF", _index(value.device))] if value.device else []
    metric = key.metric or (_USER_METRIC if network.version == 6 else 0)
    attributes += [("RTA_PRIORITY", metric)] if metric else []
    message["attrs"] = attributes
    return message
