"""What the applications of the real servers listen on, as the services expect it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lvsc.state.host import Hosts, HostState
from lvsc.state.ipvs import Destination, VirtualService
from lvsc.state.net import Listener as Listening
from lvsc.words import CheckKind, Family, ForwardingMethod, Protocol, parse_address

Listener = tuple[str, str, int, bool]
_ALL_PORTS_PROBED = 80


def serves(hosts: Hosts) -> dict[str, list[dict[str, Any]]]:
    """The listeners of each host.

    Wildcard for TCP and SCTP; each own address for UDP, so that replies come from the VIP.
    """
    found: dict[str, dict[Listener, None]] = {}
    for host in hosts.values():
        for service in host.ipvs:
            for destination in (*service.destinations, *filter(None, [service.sorry])):
                if destination.name in hosts:
                    own = found.setdefault(destination.name, {})
                    for port in ports(host, service, destination):
                        for protocol in _protocols(host, service):
                            asked = replace(service, protocol=protocol)
                            greets = any(check.kind is CheckKind.SMTP for check in service.checks_of(destination))
                            own.update(dict.fromkeys(_listeners(hosts[destination.name], asked, port, greets)))
    return {
        name: [{"protocol": each[0], "address": each[1], "port": each[2], "greet": each[3]} for each in own]
        for name, own in found.items()
    }


def ports(director: HostState, service: VirtualService, destination: Destination) -> list[int]:
    """The ports on which a real server gets the packets of a service."""
    wanted = probed_ports(director, service)
    own = destination.listens or (destination.port if destination.method is ForwardingMethod.NAT else 0)
    nat = destination.method is ForwardingMethod.NAT
    if own and (nat or service.mark is None or not _marked(director, service, own)):
        wanted = [own]
    wanted = [*wanted, *(check.port for check in service.checks_of(destination) if check.port is not None)]
    return list(dict.fromkeys(wanted))


def probed_ports(director: HostState, service: VirtualService) -> list[int]:
    """The ports at which clients try a service: its own; of a mark the first of each range; of every port one."""
    if service.mark is None:
        return [service.port or _ALL_PORTS_PROBED]
    ranges = [ports for rule in director.marks if rule.mark == service.mark for ports in rule.ports]
    return list(dict.fromkeys(low or _ALL_PORTS_PROBED for low, _ in ranges))


def _marked(director: HostState, service: VirtualService, port: int) -> bool:
    """Whether a port is one of those that get the service's mark."""
    rules = (rule for rule in director.marks if rule.mark == service.mark)
    return any(low <= port <= high for rule in rules for low, high in rule.ports)


def _protocols(director: HostState, service: VirtualService) -> list[Protocol]:
    if service.mark is None:
        return [service.protocol]
    return list(dict.fromkeys(rule.protocol for rule in director.marks if rule.mark == service.mark))


def _listeners(host: HostState, service: VirtualService, port: int, greet: bool) -> list[Listener]:
    family = service.family.value
    if service.protocol is not Protocol.UDP:
        return [(service.protocol.value, "0.0.0.0" if version == 4 else "::", port, greet) for version in (4, 6)]
    own = (held.ip for held in host.addresses if held.address.version == family)
    return [("udp", str(address), port, False) for address in own]


def with_listeners(hosts: Hosts) -> dict[str, HostState]:
    """The hosts with what their applications listen on; a host that says so itself is left as it is."""
    found = {name: tuple(_listening(each) for each in rows) for name, rows in serves(hosts).items()}
    return {
        name: host if host.listens or name not in found else replace(host, listens=found[name])
        for name, host in hosts.items()
    }


def _listening(row: dict[str, Any]) -> Listening:
    address = parse_address(row["address"])
    assert address is not None
    wild = address.is_unspecified
    family = Family.V6 if address.version == 6 else Family.V4
    return Listening(Protocol(row["protocol"]), None if wild else address, row["port"], family if wild else None)
