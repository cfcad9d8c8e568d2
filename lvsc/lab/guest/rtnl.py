"""What an `ip -batch` of the lab says, done over rtnetlink: starting `ip` is most of the time that a small host takes.

Only the lines that are frequent; `quick` gives back those it leaves to `ip`.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from collections.abc import Callable

from lvsc.lab.guest import netns

# include/uapi/linux/rtnetlink.h, netlink.h, if_addr.h, if_link.h, neighbour.h, fib_rules.h
_NEWLINK, _NEWADDR, _NEWROUTE, _NEWNEIGH, _NEWRULE = 16, 20, 24, 28, 32
_REQUEST, _ACK, _REPLACE, _EXCL, _CREATE = 1, 4, 0x100, 0x200, 0x400
_ERROR = 2
_IFF_UP = 1
_NODAD = 2
_BOOT = 3
_ROUTES = {"local": 2, "blackhole": 6, "unreachable": 7, "prohibit": 8}
_SCOPES = {"global": 0, "link": 253, "host": 254}
_RULES = {"blackhole": 6, "unreachable": 7, "prohibit": 8}
_PERMANENT = 0x80
_MAIN, _UNSPECIFIED = 254, 0

Attributes = list[tuple[int, bytes]]


class LinkError(Exception):
    """The kernel refused a line."""


def quick(host: str, lines: list[str]) -> list[str]:
    """Do the lines in their order as far as all are known; those that are left, from the first unknown one on."""
    with netns.inside(host), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as link:
        for number, line in enumerate(lines):
            words = line.split()
            act = _ACTS.get((words[0], words[1]))
            if act is None or not act(link, words[2:]):
                return lines[number:]
    return []


def _ask(link: socket.socket, kind: int, flags: int, body: bytes, attributes: Attributes) -> None:
    """Send one message; raise LinkError for what the kernel refuses."""
    body += b"".join(_attribute(number, value) for number, value in attributes)
    link.send(struct.pack("=IHHII", 16 + len(body), kind, _REQUEST | _ACK | flags, 1, 0) + body)
    answer = link.recv(65536)
    code = struct.unpack_from("=i", answer, 16)[0] if struct.unpack_from("=H", answer, 4)[0] == _ERROR else 0
    if code:
        raise LinkError(os.strerror(-code))


def _attribute(number: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), number) + value + b"\0" * (-len(value) % 4)


def _number(value: int | str) -> bytes:
    return struct.pack("=I", int(value))


def _packed(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


def _family(text: str) -> int:
    return socket.AF_INET6 if ":" in text else socket.AF_INET


def _options(words: list[str], *flags: str) -> dict[str, str]:
    """Pairs of words; `flags` stand alone."""
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        found[word] = "" if word in flags else next(rest)
    return found


def _link_set(link: socket.socket, words: list[str]) -> bool:
    given = _options(words, "up")
    if set(given) - {"dev", "mtu", "master", "up"}:
        return False
    flags = _IFF_UP if "up" in given else 0
    attributes: Attributes = [(4, _number(given["mtu"]))] if "mtu" in given else []
    attributes += [(10, _number(socket.if_nametoindex(given["master"])))] if "master" in given else []
    _ask(link, _NEWLINK, 0, _interface(socket.if_nametoindex(given["dev"]), flags), attributes)
    return True


def _interface(index: int = 0, flags: int = 0) -> bytes:
    """struct ifinfomsg."""
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, flags)


def _named(name: str) -> tuple[int, bytes]:
    return 3, name.encode() + b"\0"


def _link_add(link: socket.socket, words: list[str]) -> bool:
    given = _options(words, "peer")
    kind, known = given.get("type"), {"name", "mtu", "type"}
    attributes: Attributes = [(4, _number(given["mtu"]))] if "mtu" in given else []
    data = b""
    if kind == "veth" and words[4:5] == ["peer"]:
        return _pair(link, words[1], _options(words[5:]))
    if kind == "bridge":
        known |= {"forward_delay", "mcast_snooping"}
        data = _attribute(1, _number(given.get("forward_delay", 0))) + _attribute(23, b"\0")
    elif kind != "dummy":
        return False
    if set(given) - known or given.get("mcast_snooping", "0") != "0":
        return False
    info = _attribute(1, kind.encode()) + (_attribute(2, data) if data else b"")
    _ask(link, _NEWLINK, _CREATE | _EXCL, _interface(), [_named(given["name"]), *attributes, (18, info)])
    return True


def _pair(link: socket.socket, name: str, peer: dict[str, str]) -> bool:
    """A cable: one end here, the other in a host."""
    if set(peer) - {"name", "address", "netns"}:
        return False
    host = os.open(netns.path(peer["netns"]), os.O_RDONLY)
    try:
        other: Attributes = [_named(peer["name"]), (28, _number(host))]
        other += [(1, bytes.fromhex(peer["address"].replace(":", "")))] if "address" in peer else []
        end = _interface() + b"".join(_attribute(*each) for each in other)
        info = _attribute(1, b"veth") + _attribute(2, _attribute(1, end))
        _ask(link, _NEWLINK, _CREATE | _EXCL, _interface(), [_named(name), (18, info)])
    finally:
        os.close(host)
    return True


def _address(link: socket.socket, words: list[str]) -> bool:
    address, _, prefix = words[0].partition("/")
    given = _options(words[1:], "nodad")
    family, packed = _family(address), _packed(address)
    flags = _NODAD if "nodad" in given else 0
    scope = _SCOPES[given.get("scope", "global")]
    body = struct.pack("=BBBBI", family, int(prefix), flags, scope, socket.if_nametoindex(given["dev"]))
    attributes = [(2, packed), (1, packed)]
    if "preferred_lft" in given:
        attributes.append((6, struct.pack("=IIII", 0, 0xFFFFFFFF, 0, 0)))
    _ask(link, _NEWADDR, _CREATE | _REPLACE, body, attributes)
    return True


def _route(link: socket.socket, words: list[str]) -> bool:
    kind = _ROUTES.get(words[0], 1)
    to, *rest = words[1:] if kind != 1 else words
    if "inet6" in rest:
        return False
    given = _options(rest, "onlink")
    address, _, prefix = to.partition("/")
    scope = 254 if kind == 2 else 0 if "via" in given or kind != 1 else 253
    flags = 4 if "onlink" in given else 0
    family = _family(to)
    table = int(given.get("table", _MAIN))
    short = table if table < 256 else _UNSPECIFIED
    scope = 0 if family == socket.AF_INET6 else scope
    body = struct.pack("=BBBBBBBBI", family, int(prefix), 0, 0, short, _BOOT, scope, kind, flags)
    attributes: Attributes = [(15, _number(table))]
    attributes += [(1, _packed(address))] if int(prefix) else []
    attributes += [(5, _packed(given["via"]))] if "via" in given else []
    attributes += [(4, _number(socket.if_nametoindex(given["dev"])))] if "dev" in given else []
    attributes += [(6, _number(given["metric"]))] if "metric" in given else []
    attributes += [(7, _packed(given["src"]))] if "src" in given else []
    metrics = [(number, _number(given[key])) for key, number in (("mtu", 2), ("advmss", 8)) if key in given]
    attributes += [(8, b"".join(_attribute(*each) for each in metrics))] if metrics else []
    _ask(link, _NEWROUTE, _CREATE | _REPLACE, body, attributes)
    return True


def _rule(link: socket.socket, words: list[str]) -> bool:
    action = _RULES.get(words[-1], 1)
    given = _options(words[:-1] if action != 1 else words)
    networks = [given[key] for key in ("from", "to") if key in given]
    family = _family(networks[0]) if networks else socket.AF_INET
    attributes: Attributes = [(6, _number(given["priority"]))]
    lengths = {}
    for key, number in (("to", 1), ("from", 2)):
        address, _, prefix = given.get(key, "").partition("/")
        lengths[key] = int(prefix or 0)
        attributes += [(number, _packed(address))] if lengths[key] else []
    table = int(given.get("lookup", 0))
    attributes += [(15, _number(table))] if table else []
    attributes += [(3, given["iif"].encode() + b"\0")] if "iif" in given else []
    mark, _, mask = given.get("fwmark", "").partition("/")
    attributes += [(10, _number(mark)), (16, _number(int(mask, 16)))] if mark else []
    short = table if table < 256 else _UNSPECIFIED
    body = struct.pack("=BBBBBBBBI", family, lengths["to"], lengths["from"], 0, short, 0, 0, action, 0)
    _ask(link, _NEWRULE, _CREATE | _EXCL, body, attributes)
    return True


def _neighbour(link: socket.socket, words: list[str]) -> bool:
    address, given = words[0], _options(words[1:])
    body = struct.pack("=BxxxiHBB", _family(address), socket.if_nametoindex(given["dev"]), _PERMANENT, 0, 0)
    attributes = [(1, _packed(address)), (2, bytes.fromhex(given["lladdr"].replace(":", "")))]
    _ask(link, _NEWNEIGH, _CREATE | _REPLACE, body, attributes)
    return True


_ACTS: dict[tuple[str, str], Callable[[socket.socket, list[str]], bool]] = {
    ("link", "set"): _link_set,
    ("link", "add"): _link_add,
    ("address", "replace"): _address,
    ("route", "replace"): _route,
    ("rule", "add"): _rule,
    ("neighbour", "replace"): _neighbour,
}
