"""The IPVS table at run time: services, real servers, connections (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_conn.c)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from ipaddress import ip_network

from lvsc.state import Destination, VirtualService
from lvsc.words import Address, ForwardingMethod

_FTP, _FTP_DATA, _UNPRIVILEGED = 21, 20, 1024
ConnKey = tuple[str, Address, int, Address, int]
TemplateKey = tuple[str, str, object, int]


@dataclass(slots=True, eq=False)
class Dest:
    """A real server of a service with its counters; `active`: TCP connections from their SYN to their end."""

    entry: Destination
    active: int = 0
    inactive: int = 0
    templates: int = 0
    overloaded: bool = False

    @property
    def weight(self) -> int:
        """Its weight."""
        return self.entry.weight

    def usable(self) -> bool:
        """Whether a scheduler may take it."""
        return self.entry.weight > 0 and not self.overloaded

    def count(self) -> None:
        """Set the overload flag (ip_vs_bind_dest, ip_vs_unbind_dest)."""
        upper, total = self.entry.upper_threshold, self.active + self.inactive + self.templates
        if upper and total >= upper:
            self.overloaded = True
        elif not upper or total < (self.entry.lower_threshold or upper * 3 // 4):
            self.overloaded = False


@dataclass(slots=True, eq=False)
class Service:
    """A virtual service at run time; `dests` in the kernel's order, the one added last first."""

    entry: VirtualService
    dests: list[Dest]
    turn: int = -1
    current_weight: int = -1
    sets: dict[Address, list[Dest]] = field(default_factory=dict)
    maglev: list[Dest] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entry:
    """A connection: client, VIP, and the real server it was given; `tracked`: conntrack follows it."""

    protocol: str
    client: Address
    cport: int
    vip: Address
    vport: int
    service: Service
    dest: Dest
    dport: int
    tracked: bool
    one_packet: bool = False
    active: bool = False
    acknowledged: bool = False

    @property
    def method(self) -> ForwardingMethod:
        """The forwarding method, bound when the connection began."""
        return self.dest.entry.method


class Table:
    """Services and connections of one host."""

    def __init__(self, services: Iterable[VirtualService]) -> None:
        self.services = [Service(each, [Dest(d) for d in reversed(each.destinations)]) for each in services]
        self._exact: dict[tuple[str, Address, int], Service] = {}
        self._marked: dict[tuple[int, int], Service] = {}
        for service in self.services:
            entry = service.entry
            if entry.mark is not None:
                self._marked[entry.family.value, entry.mark] = service
            elif entry.address is not None:
                self._exact[entry.protocol.value, entry.address, entry.port] = service
        self.enabled = bool(self.services)
        self._ftp = any(service.entry.port == _FTP for service in self.services)
        self.connections: dict[ConnKey, Entry] = {}
        self._answers: dict[ConnKey, Entry] = {}
        self._templates: dict[TemplateKey, Dest] = {}

    def find(self, version: int, mark: int, protocol: str, address: Address, port: int) -> Service | None:
        """ip_vs_service_find(): by mark, then exactly, then ftp's data, then port 0."""
        if mark and (version, mark) in self._marked:
            return self._marked[version, mark]
        found = self._exact.get((protocol, address, port))
        if found is None and protocol == "tcp" and self._ftp and (port == _FTP_DATA or port >= _UNPRIVILEGED):
            found = self._exact.get((protocol, address, _FTP))
        return found or self._exact.get((protocol, address, 0))

    def add(self, entry: Entry) -> None:
        """Keep a connection; one-packet scheduling keeps none."""
        dest = entry.dest
        if not entry.one_packet:
            self.connections[_key(entry)] = entry
            self._answers[_answer(entry)] = entry
            entry.active = entry.protocol == "tcp"
            dest.active += entry.active
            dest.inactive += not entry.active
        dest.count()

    def request(self, key: ConnKey) -> Entry | None:
        """The connection that a packet of the client belongs to."""
        return self.connections.get(key)

    def answer(self, key: ConnKey) -> Entry | None:
        """The connection that a packet of a real server belongs to (ip_vs_conn_out_get)."""
        return self._answers.get(key)

    def close(self, ended: Collection[tuple[Address, int]]) -> None:
        """The connections of these clients ended: they stay, but count as inactive."""
        for entry in self.connections.values():
            if (entry.client, entry.cport) in ended:
                self.end(entry)

    @staticmethod
    def end(entry: Entry) -> None:
        """A connection ended."""
        if entry.active:
            entry.active = False
            entry.dest.active -= 1
            entry.dest.inactive += 1

    def template(self, key: TemplateKey, quiescent: bool) -> Dest | None:
        """The real server of a persistent client; `quiescent`: a weight of 0 ends it (expire_quiescent_template)."""
        found = self._templates.get(key)
        return None if found is not None and quiescent and found.weight == 0 else found

    def remember(self, key: TemplateKey, dest: Dest) -> None:
        """Begin persistence."""
        self._templates[key] = dest
        dest.templates += 1
        dest.count()


def _key(entry: Entry) -> ConnKey:
    return (entry.protocol, entry.client, entry.cport, entry.vip, entry.vport)


def _answer(entry: Entry) -> ConnKey:
    """Where replies come from: the real server by NAT, else the VIP, should they pass the director at all."""
    nat = entry.method is ForwardingMethod.NAT
    source = (entry.dest.entry.address, entry.dport) if nat else (entry.vip, entry.vport)
    return (entry.protocol, *source, entry.client, entry.cport)


def template_key(service: Service, protocol: str, client: Address, vip: Address, port: int) -> TemplateKey:
    """ip_vs_sched_persist(): by client network and VIP and port; marks and port 0 share one for all ports."""
    entry = service.entry
    net = str(ip_network((client, min(entry.netmask, client.max_prefixlen)), strict=False))
    if entry.mark is not None:
        return ("mark", net, entry.mark, 0)
    own = port if port == entry.port and entry.port != _FTP else 0
    return (protocol, net, vip, own)
