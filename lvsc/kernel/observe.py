"""A live host, read whole into a HostState."""

from __future__ import annotations

import json
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lvsc.kernel import around, daemons, marks, settings, tool
from lvsc.kernel.ipvs import Table
from lvsc.kernel.marked import mark_rules
from lvsc.kernel.table_state import services, unsaid, unsaid_server
from lvsc.plan.thing import (
    Key,
    Marks,
    Server,
    ServerValue,
    Service,
    ServiceValue,
    Sync,
    SyncValue,
    Timeouts,
    TimeoutsValue,
    Value,
)
from lvsc.state import HostState, Listener, SyncDaemon
from lvsc.words import Family, HostRole, Protocol, parse_address

_DEVICE4 = (
    "accept_local",
    "accept_redirects",
    "arp_accept",
    "arp_announce",
    "arp_filter",
    "arp_ignore",
    "drop_gratuitous_arp",
    "forwarding",
    "proxy_arp",
    "route_localnet",
    "rp_filter",
    "secure_redirects",
    "send_redirects",
    "shared_media",
    "src_valid_mark",
)
_DEVICE6 = ("accept_ra", "accept_redirects", "disable_ipv6", "forwarding")
_OTHERS = (
    "net/ipv4/ip_forward",
    "net/ipv4/tcp_keepalive_time",
    "net/netfilter/nf_conntrack_tcp_loose",
    *(f"net/{family}/neigh/default/gc_thresh{number}" for family in ("ipv4", "ipv6") for number in (1, 2, 3)),
)
_VS = Path("/proc/sys/net/ipv4/vs")
_OUR_TABLE = ("inet", "lvsc")


def observe(name: str, role: HostRole | None = None) -> HostState:
    """Links, addresses, routes, rules, neighbours, settings, marks, listeners, and the IPVS table.

    What HostState has no word for is named in `unmodelled`. IPVS is not loaded for it. Raises LvscError.
    """
    links, addresses, routes, rules, neighbours, unknown = around.whole()
    table = _table()
    served = tuple(services(table))
    lines = marks.read(Marks())
    rules_of_marks, strange = mark_rules(lines.rules if lines is not None else ())
    return HostState(
        name=name,
        role=role or (HostRole.DIRECTOR if served else HostRole.REAL_SERVER),
        managed=False,
        links=links,
        addresses=addresses,
        routes=routes,
        sysctls=tuple(_sysctls([link.name for link in links])),
        marks=rules_of_marks,
        ipvs=served,
        sync=_sync(table),
        rules=rules,
        neighbours=neighbours,
        listens=tuple(sorted(_listeners(), key=str)),
        unmodelled=(*unknown, *_unsaid(table), *strange, *_firewall(), *_owners()),
        timeouts=_timeouts(table),
    )


def _table() -> dict[Key, Value]:
    if not Table.present():
        return {}
    with Table.open() as table:
        return table.read()


def _timeouts(table: dict[Key, Value]) -> tuple[int, int, int] | None:
    value = table.get(Timeouts())
    return (value.tcp, value.tcp_fin, value.udp) if isinstance(value, TimeoutsValue) else None


def _sync(table: dict[Key, Value]) -> SyncDaemon | None:
    found = [(k, v) for k, v in table.items() if isinstance(k, Sync) and isinstance(v, SyncValue)]
    if not found:
        return None
    role = "both" if len({value for _, value in found}) < len(found) else found[0][0].role
    return SyncDaemon(found[0][1].device, "", found[0][1].id, role)


def _unsaid(table: dict[Key, Value]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(key, Service) and isinstance(value, ServiceValue):
            said = unsaid(key, value)
        elif isinstance(key, Server) and isinstance(value, ServerValue):
            said = unsaid_server(key, value)
        else:
            said = None
        if said is not None:
            yield said
    daemons_of = {value for key, value in table.items() if isinstance(key, Sync)}
    if len(daemons_of) > 1:
        yield "the sync daemons master and backup have different devices or numbers"


def _sysctls(devices: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Those that the walk and the rules read, in an order in which none resets another."""
    paths = list(_OTHERS)
    names = ("all", "default", *devices)
    paths += [f"net/ipv4/conf/{name}/{key}" for name in names for key in _DEVICE4]
    paths += [f"net/ipv6/conf/{name}/{key}" for name in names for key in _DEVICE6]
    paths += [f"net/ipv4/vs/{path.name}" for path in sorted(_VS.iterdir())] if _VS.is_dir() else []
    for path in paths:
        number = settings.read(path)
        if number is not None:
            yield path, number


def _listeners() -> Iterator[Listener]:
    """Sockets that wait for clients, by /proc/net (Documentation/networking/proc_net_tcp.rst)."""
    for name, protocol, state in (("tcp", Protocol.TCP, "0A"), ("udp", Protocol.UDP, "07")):
        for version in (4, 6):
            path = Path("/proc/net", name if version == 4 else f"{name}6")
            for line in path.read_text(encoding="ascii").splitlines()[1:] if path.exists() else []:
                words = line.split()
                if words[3] == state:
                    yield _listener(protocol, version, words[1])


def _listener(protocol: Protocol, version: int, local: str) -> Listener:
    text, port = local.split(":")
    # Words of four bytes in the machine's own order.
    words = [int(text[at : at + 8], 16) for at in range(0, len(text), 8)]
    data = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    address = parse_address(socket.inet_ntop(socket.AF_INET6 if version == 6 else socket.AF_INET, data))
    everywhere = address is None or int(address) == 0
    return Listener(protocol, None if everywhere else address, int(port, 16), Family.V4 if version == 4 else None)


def _firewall() -> Iterator[str]:
    """Tables of nftables beside our own, and rules of the older iptables, which the walk does not follow from here."""
    if tool.found("nft") is not None:
        done = tool.run(["nft", "-j", "list", "ruleset"])
        if done.code == 0:
            yield from other_tables(json.loads(done.out))
    for family in ("ip", "ip6"):
        try:
            loaded = Path(f"/proc/net/{family}_tables_names").read_text(encoding="ascii").split()
        except OSError:
            loaded = []
        if loaded:
            yield from _older(family, loaded)


def other_tables(ruleset: dict[str, Any]) -> Iterator[str]:
    """Tables that hold back or change packets: with rules, or with a chain that drops what it is not told of."""
    rules: Counter[tuple[str, str]] = Counter()
    for entry in ruleset["nftables"]:
        rule, chain = entry.get("rule"), entry.get("chain")
        found = rule or (chain if chain and chain.get("policy") == "drop" else None)
        if found and (found["family"], found["table"]) != _OUR_TABLE:
            rules[found["family"], found["table"]] += found is rule
    for (family, table), count in sorted(rules.items()):
        yield f"nftables table {family} {table}: {_counted(count)}"


def _older(family: str, loaded: list[str]) -> Iterator[str]:
    """What the older iptables holds; its tables stay loaded when they are empty."""
    command = f"{family}tables-legacy-save"
    done = tool.run([command]) if tool.found(command) is not None else None
    if done is None or done.code:
        yield f"{family}tables: {', '.join(loaded)}, which cannot be read"
        return
    lines = done.out.splitlines()
    count = sum(line.startswith("-A ") for line in lines)
    if count or any(line.startswith(":") and line.split()[1] == "DROP" for line in lines):
        yield f"{family}tables: {_counted(count)}"


def _counted(rules: int) -> str:
    return f"{rules} rule{'s' * (rules != 1)}" if rules else "a chain that drops everything"


def _owners() -> Iterator[str]:
    """Programs that change the host behind its state's back."""
    daemon = daemons.keepalived()
    if daemon is not None:
        yield f"keepalived runs with {daemon.config}, where its VRRP instances are"
    for name in daemons.others():
        yield f"{name} writes the IPVS table"
