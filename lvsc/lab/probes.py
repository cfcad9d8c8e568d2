"""What is asked of a cluster: connections from every client to every service."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from lvsc.state import Hosts, HostState, VirtualService
from lvsc.state.serving import probed_ports
from lvsc.words import Address, Family, ForwardingMethod, HostRole, Protocol

_MOST = 400
# Seconds to wait for the last answer; a broadcast that two hundred hosts hear takes a while in the private kernel.
_LIMIT, _LIMIT_PER_SERVER = 1.5, 0.03


@dataclass(frozen=True, slots=True)
class Probe:
    """Connections from one client to one address and port of a service.

    `servers`: addresses and names of the real servers, to tell where a
    connection went. `rounds`: how often all of them are made; between rounds the hosts of
    `forget` lose their neighbours, because a real server that announces the
    VIP does so only when it looks for one. `entryless`: the director keeps
    no entry of a connection, only counts it (one-packet scheduling).
    """

    name: str
    service: str
    client: str
    protocol: str
    address: str
    port: int
    sources: tuple[str, ...]
    connections: int
    expected: tuple[str, ...]
    servers: tuple[tuple[str, str], ...] = ()
    ftp: bool = False
    sip: bool = False
    entryless: bool = False
    rounds: int = 1
    forget: tuple[str, ...] = ()
    limit: float = _LIMIT

    def as_json(self) -> dict[str, Any]:
        """The probe as the guest reads it."""
        return asdict(self)


def probes(hosts: Hosts) -> Iterator[Probe]:
    """Every client with every service of every director, once."""
    seen: set[tuple[str, str, str, int]] = set()
    clients = [host for host in hosts.values() if host.role is HostRole.CLIENT]
    for director in hosts.values():
        for service in director.ipvs:
            for protocol, address, port in _targets(director, service):
                for client in clients:
                    probe = _probe(client, replace(service, protocol=protocol), address, port)
                    key = (client.name, protocol.value, str(address), port)
                    if probe is not None and key not in seen:
                        seen.add(key)
                        yield probe


def _targets(director: HostState, service: VirtualService) -> Iterator[tuple[Protocol, Address, int]]:
    if service.address is not None:
        yield service.protocol, service.address, probed_ports(director, service)[0]
        return
    for rule in director.marks:
        if rule.mark == service.mark and rule.address.version == service.family.value:
            for port in probed_ports(director, service):
                yield rule.protocol, rule.address, port


def _probe(client: HostState, service: VirtualService, address: Address, port: int) -> Probe | None:
    sources = tuple(str(held.ip) for held in client.addresses if held.address.version == address.version)
    if not sources:
        return None
    expected = tuple(dict.fromkeys(each.name for each in service.destinations if each.weight))
    bare = any(each.method is not ForwardingMethod.NAT for each in service.destinations)
    host = f"[{address}]" if service.family is Family.V6 else str(address)
    return Probe(
        name=f"{client.name} to {host}:{port}/{service.protocol.value}",
        service=service.name,
        client=client.name,
        protocol=service.protocol.value,
        address=str(address),
        port=port,
        sources=sources,
        connections=_connections(service),
        expected=expected,
        servers=tuple((str(each.address), each.name) for each in service.destinations),
        ftp=service.helper == "ftp" and service.family is Family.V4,
        sip=service.engine == "sip",
        entryless=service.one_packet,
        rounds=2 if bare else 1,
        forget=expected if bare else (),
        limit=_LIMIT + _LIMIT_PER_SERVER * len(expected),
    )


def _connections(service: VirtualService) -> int:
    """Enough for every real server to get its share."""
    weights = [each.weight for each in service.destinations if each.weight]
    if not weights:
        return 2
    return min(_MOST, max(4, 2 * len(weights), math.ceil(sum(weights) / min(weights)) + 1))
