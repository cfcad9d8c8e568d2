"""Devices, addresses and routes over rtnetlink: read, and one changed at a time.

Only this module imports pyroute2; every attribute is given, for its defaults are not the kernel's.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from lvsc.finding import LvscError
from lvsc.kernel.announce import announce
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

_RECEIVER = "fou"
_LOCAL = {"ipip": "IFLA_IPIP_LOCAL", "sit": "IFLA_IPIP_LOCAL", "gre": "IFLA_GRE_LOCAL", "ip6gre": "IFLA_GRE_LOCAL"}
_LOCAL["ip6tnl"] = "IFLA_IP6TNL_LOCAL"
# include/uapi/linux/if_addr.h
_NODAD, _DEPRECATED = 0x02, 0x20
_FOREVER = 0xFFFFFFFF
_ETHERNET = 1  # include/uapi/linux/if_arp.h: ARPHRD_ETHER
_DUMMY = "dummy"


def things(keys: Iterable[Key]) -> dict[Key, Value]:
    """The live values of these devices, addresses and routes, those of them that are there."""
    keys = set(keys)
    if not keys:
        return {}
    found: dict[Key, Value] = {}
    with IPRoute() as route:
        links = route.get_links()
        names = {link["index"]: link.get_attr("IFLA_IFNAME") for link in links}
        found.update(_device(link) for link in links)
        found.update(_address(each, names) for each in route.get_addr())
        if any(isinstance(key, RouteTo) for key in keys):
            found.update(_routes(route, names))
    if any(isinstance(key, Device) and key.name.startswith("lvsc-gue") for key in keys):
        found.update(_receivers())
    return {key: value for key, value in found.items() if key in keys}


def addresses() -> list[str]:
    """All addresses of this namespace, with their prefixes."""
    with IPRoute() as route:
        return [f"{each.get_attr('IFA_ADDRESS')}/{each['prefixlen']}" for each in route.get_addr()]


def mirror(addresses: Iterable[str]) -> None:
    """Put addresses on a dummy device, in a namespace that is nobody's."""
    with IPRoute() as route:
        route.link("add", ifname="mirror", kind=_DUMMY)
        index = _index(route, "mirror")
        route.link("set", index=index, state="up")
        for address in addresses:
            interface = ip_interface(address)
            if not interface.ip.is_loopback and not interface.ip.is_link_local:
                flags = {"IFA_FLAGS": _NODAD} if interface.version == 6 else {}
                where = {"address": str(interface.ip), "prefixlen": interface.network.prefixlen}
                route.addr("replace", index=index, **where, **flags)


def _device(link: Any) -> tuple[Key, Value]:
    info = link.get_attr("IFLA_LINKINFO")
    kind = (info.get_attr("IFLA_INFO_KIND") if info else None) or "ethernet"
    data = info.get_attr("IFLA_INFO_DATA") if info else None
    local = data.get_attr(_LOCAL[kind]) if data and kind in _LOCAL else None
    local = "" if local in (None, "0.0.0.0", "::") else local
    mode = "any" if kind == "ip6tnl" and data and data.get_attr("IFLA_IP6TNL_PROTO") == 0 else ""
    return Device(link.get_attr("IFLA_IFNAME")), DeviceValue(kind, link.get_attr("IFLA_MTU"), local, 0, mode)


def _address(each: Any, names: dict[int, str]) -> tuple[Key, Value]:
    address = each.get_attr("IFA_LOCAL") or each.get_attr("IFA_ADDRESS")
    flags = each.get_attr("IFA_FLAGS") or each["flags"]
    quiet = each["family"] == socket.AF_INET6 and bool(flags & _DEPRECATED)
    return Address(names.get(each["index"], ""), f"{address}/{each['prefixlen']}"), AddressValue(quiet)


def _routes(route: IPRoute, names: dict[int, str]) -> Iterator[tuple[Key, Value]]:
    for family, everywhere in ((socket.AF_INET, "0.0.0.0/0"), (socket.AF_INET6, "::/0")):
        for each in route.get_routes(family=family):
            destination = each.get_attr("RTA_DST")
            to = f"{destination}/{each['dst_len']}" if destination else everywhere
            table = each.get_attr("RTA_TABLE") or each["table"]
            metric = each.get_attr("RTA_PRIORITY") or 0
            # IPv6 routes have metric 1024 unless one is given (include/net/ip6_route.h: IP6_RT_PRIO_USER).
            metric = 0 if family == socket.AF_INET6 and metric == 1024 else metric
            via = each.get_attr("RTA_GATEWAY") or ""
            device = names.get(each.get_attr("RTA_OIF") or 0, "")
            yield RouteTo(to, table, metric), RouteValue(via, device, each["proto"])


def _receivers() -> Iterator[tuple[Key, Value]]:
    """What is open for GUE: (`ip fou show`)."""
    for family, version in ((["-4"], 4), (["-6"], 6)):
        done = subprocess.run(["ip", "-j", *family, "fou", "show"], capture_output=True, text=True, check=False)
        for each in json.loads(done.stdout or "[]"):
            if "gue" in each and (each.get("family") == "inet6") == (version == 6):
                local = "::" if version == 6 else "0.0.0.0"
                yield Device(f"lvsc-gue{each['port']}-{version}"), DeviceValue(_RECEIVER, 1500, local, each["port"])


def perform(change: Change) -> None:
    """Make one change. Raises LvscError with a sentence."""
    try:
        if isinstance(change.key, Device):
            _set_device(change.key, change.before, change.after)
        elif isinstance(change.key, Address):
            _set_address(change.key, change.before, change.after)
        elif isinstance(change.key, RouteTo):
            _set_route(change.key, change.before, change.after)
    except NetlinkError as error:
        raise LvscError(_told(change, error.code), _REMEDIES.get(error.code, "look at dmesg")) from error


_REMEDIES = {
    errno.EEXIST: "somebody else added it meanwhile: plan anew",
    errno.ENODEV: "name a device that this host has",
    errno.EPERM: "run lvsc as root on the host itself (CAP_NET_ADMIN)",
    errno.EOPNOTSUPP: "load the module of this kind of device",
    errno.EADDRNOTAVAIL: "somebody else removed it meanwhile: plan anew",
    errno.ENETUNREACH: "the gateway must be in a network of this host",
}


def _told(change: Change, number: int) -> str:
    deed = "add" if change.before is None else "remove" if change.after is None else "change"
    what = " ".join(str(part) for part in change.key[:-1])
    return f"the kernel refuses to {deed} {change.key.kind} {what}: {os.strerror(number).lower()}"


def _set_device(key: Device, before: Value | None, after: Value | None) -> None:
    value = after or before
    assert isinstance(value, DeviceValue)
    if value.kind == _RECEIVER:
        _set_receiver(value, after is not None)
        return
    with IPRoute() as route:
        if before is not None and (after is None or not _same_kind(before, after)):
            route.link("del", index=_index(route, key.name))
        if after is not None:
            if before is None or not _same_kind(before, after):
                route.link("add", ifname=key.name, kind=value.kind, **_options(value))
            mtu = {} if value.kind == _DUMMY and value.mtu == 1500 else {"mtu": value.mtu}
            route.link("set", index=_index(route, key.name), state="up", **mtu)


def _same_kind(before: Value, after: Value) -> bool:
    assert isinstance(before, DeviceValue)
    assert isinstance(after, DeviceValue)
    return before._replace(mtu=0) == after._replace(mtu=0)


def _options(value: DeviceValue) -> dict[str, Any]:
    prefix = "gre" if value.kind == "ip6gre" else value.kind
    local = {f"{prefix}_local": value.local} if value.local else {}
    return {**local, "ip6tnl_proto": 0} if value.kind == "ip6tnl" else local


def _set_receiver(value: DeviceValue, on: bool) -> None:
    family = ["-6"] if ":" in value.local else []
    words = ["add", "port", str(value.port), "gue"] if on else ["del", "port", str(value.port)]
    done = subprocess.run(["ip", *family, "fou", *words, *family], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LvscError(f"GUE on port {value.port} cannot be set: {done.stderr.strip()}", "load module fou or fou6")


def _index(route: IPRoute, name: str) -> int:
    found = route.link_lookup(ifname=name)
    if not found:
        raise LvscError(f"this host has no device {name}", "name a device that it has")
    index: int = found[0]
    return index


def _set_address(key: Address, before: Value | None, after: Value | None) -> None:
    interface = ip_interface(key.address)
    with IPRoute() as route:
        index = _index(route, key.device)
        where = {"index": index, "address": str(interface.ip), "prefixlen": interface.network.prefixlen}
        if after is None:
            route.addr("del", **where)
            return
        assert isinstance(after, AddressValue)
        if interface.version == 4:
            route.addr("add", **where, local=str(interface.ip))
        else:
            preferred = 0 if after.quiet else _FOREVER
            cache = {"ifa_preferred": preferred, "ifa_valid": _FOREVER}
            route.addr("replace", **where, family=socket.AF_INET6, IFA_FLAGS=_NODAD, IFA_CACHEINFO=cache)
        link = route.get_links(index)[0]
        info = link.get_attr("IFLA_LINKINFO")
        if link["ifi_type"] == _ETHERNET and not (info and info.get_attr("IFLA_INFO_KIND") == _DUMMY):
            announce(key.device, index, bytes.fromhex(link.get_attr("IFLA_ADDRESS").replace(":", "")), interface.ip)


def _set_route(key: RouteTo, before: Value | None, after: Value | None) -> None:
    with IPRoute() as route:
        value = after if after is not None else before
        assert isinstance(value, RouteValue)
        words: dict[str, Any] = {"dst": key.to, "table": key.table, "proto": value.protocol}
        words["family"] = socket.AF_INET6 if ip_network(key.to).version == 6 else socket.AF_INET
        if key.metric:
            words["priority"] = key.metric
        if value.via:
            words["gateway"] = str(ip_address(value.via))
        if value.device:
            words["oif"] = _index(route, value.device)
        if after is None:
            route.route("del", **words)
        else:
            route.route("replace", **words)
