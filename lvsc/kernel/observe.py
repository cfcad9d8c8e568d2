"""A live host, read whole into a HostState."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from lvsc.kernel import around, daemons, marks, settings
from lvsc.kernel.ipvs import Table
from lvsc.kernel.marked import mark_rules
from lvsc.kernel.table_state import services, unsaid
from lvsc.plan.thing import Key, Marks, Service, ServiceValue, Sync, SyncValue, Timeouts, TimeoutsValue, Value
from lvsc.state import HostState, Listener, SyncDaemon
from lvsc.words import Family, HostRole, Protocol, parse_address

_DEVICE4 = (
    "accept_local",
    "accept_redirects",
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
_OTHERS = ("net/ipv4/ip_forward", "net/netfilter/nf_conntrack_tcp_loose", "net/ipv4/tcp_keepalive_time")
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
        unmodelled=(*unknown, *_unsaid(table), *strange, *_firewall(), *_keepalived()),
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
    role = "both" if len(found) > 1 else found[0][0].role
    return SyncDaemon(found[0][1].device, "", found[0][1].id, role)


def _unsaid(table: dict[Key, Value]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(key, Service) and isinstance(value, ServiceValue):
            said = unsaid(key, value)
            if said is not None:
                yield said


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
    data = bytes.fromhex(text)
    data = b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))
    address = parse_address(_dotted(data))
    everywhere = address is None or int(address) == 0
    return Listener(protocol, None if everywhere else address, int(port, 16), Family.V4 if version == 4 else None)


def _dotted(data: bytes) -> str:
    import socket

    return socket.inet_ntop(socket.AF_INET6 if len(data) == 16 else socket.AF_INET, data)


def _firewall() -> Iterator[str]:
    """Tables of nftables beside our own, and rules of the older iptables, which the walk does not follow from here."""
    try:
        done = subprocess.run(["nft", "-j", "list", "ruleset"], capture_output=True, text=True, check=False, timeout=10)
        entries = json.loads(done.stdout or "{}").get("nftables", [])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        entries = []
    rules: dict[tuple[str, str], int] = {}
    for entry in entries:
        rule = entry.get("rule")
        if rule and (rule["family"], rule["table"]) != _OUR_TABLE:
            rules[rule["family"], rule["table"]] = rules.get((rule["family"], rule["table"]), 0) + 1
    for (family, table), count in sorted(rules.items()):
        yield f"nftables table {family} {table}: {count} rule{'s' * (count != 1)}"
    for family in ("ip", "ip6"):
        try:
            loaded = Path(f"/proc/net/{family}_tables_names").read_text(encoding="ascii").split()
        except OSError:
            loaded = []
        if loaded:
            yield from _older(family, loaded)


def _older(family: str, loaded: list[str]) -> Iterator[str]:
    """What the older iptables holds; its tables stay loaded when they are empty."""
    try:
        done = subprocess.run([f"{family}tables-legacy-save"], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        yield f"{family}tables: {', '.join(loaded)}, which cannot be read"
        return
    lines = done.stdout.splitlines()
    count = sum(line.startswith("-A ") for line in lines)
    if count or any(line.startswith(":") and line.split()[1] == "DROP" for line in lines):
        yield f"{family}tables: {count} rule{'s' * (count != 1)}"


def _keepalived() -> Iterator[str]:
    if daemons.keepalived() is not None:
        yield "keepalived runs: its VRRP instances are in its file"
