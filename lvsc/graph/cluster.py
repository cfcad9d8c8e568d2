"""Who is plugged into which segment, and who holds which address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lvsc.graph.routing import NextHop, RoutingTable
from lvsc.state import Hosts, HostState, Link
from lvsc.words import Address


@dataclass(frozen=True, slots=True)
class Cluster:
    """All hosts with the two indexes that every question starts from.

    `attached`: for each segment, the hosts on it with their device there.
    `owners`: for each address, the hosts that hold it with the device.
    """

    hosts: Hosts
    attached: Mapping[str, tuple[tuple[str, Link], ...]]
    owners: Mapping[Address, tuple[tuple[str, str], ...]]
    _tables: dict[str, RoutingTable] = field(default_factory=dict, repr=False, compare=False)

    def next_hop(self, host: str, destination: Address) -> NextHop | None:
        """Where a host sends a packet, or None without a route."""
        if host not in self._tables:
            self._tables[host] = RoutingTable(self.hosts[host])
        return self._tables[host].next_hop(destination)

    def share_segment(self, one: str, other: str) -> bool:
        """Whether two hosts hear each other's broadcasts."""
        return bool(self.segments(one) & self.segments(other))

    def segments(self, host: str) -> set[str]:
        """The segments a host is plugged into."""
        return segments_of(self.hosts[host])

    def parts(self) -> list[set[str]]:
        """The hosts that can reach each other at all, by connected part; the largest first."""
        leader: dict[str, str] = {}

        def find(node: str) -> str:
            while leader.setdefault(node, node) != node:
                leader[node] = leader[leader[node]]
                node = leader[node]
            return node

        for segment, members in self.attached.items():
            for host, _ in members:
                leader[find(f"host {host}")] = find(f"segment {segment}")
        found: defaultdict[str, set[str]] = defaultdict(set)
        for host in self.hosts:
            found[find(f"host {host}")].add(host)
        return sorted(found.values(), key=lambda part: (-len(part), min(part)))


def segments_of(host: HostState) -> set[str]:
    """The segments a host is plugged into."""
    return {link.segment for link in host.links if link.segment is not None}


def cluster(hosts: Hosts) -> Cluster:
    """The indexes over all hosts."""
    attached: defaultdict[str, list[tuple[str, Link]]] = defaultdict(list)
    owners: defaultdict[Address, list[tuple[str, str]]] = defaultdict(list)
    for name, host in hosts.items():
        for link in host.links:
            if link.segment is not None:
                attached[link.segment].append((name, link))
        for address, device in _addresses(host):
            owners[address].append((name, device))
    return Cluster(
        hosts,
        {segment: tuple(members) for segment, members in attached.items()},
        {address: tuple(holders) for address, holders in owners.items()},
    )


def _addresses(host: HostState) -> Iterator[tuple[Address, str]]:
    for held in host.addresses:
        yield held.ip, held.device
    for instance in host.vrrp:
        for address, device in instance.addresses:
            yield address.ip, device
