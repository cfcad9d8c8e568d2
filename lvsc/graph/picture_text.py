"""The words of a picture: titles, lines and captions of its boxes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from lvsc.graph.picture import MODE_WORDS, Line
from lvsc.state import HostState
from lvsc.topology import Service, Topology
from lvsc.words import Address, ForwardingMethod

_FEW_SERVICES = 8


def title(topology: Topology) -> str:
    """What is in the cluster, in numbers."""
    counts = (
        _number(topology.directors, "director"),
        _number(topology.real_servers, "real server"),
        _number(topology.vips, "VIP"),
        _number(topology.services, "virtual service"),
    )
    return ", ".join(counts)


def _number(things: Collection[object], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def several(names: Sequence[str]) -> str:
    """One name, or the first and the last of several with their number."""
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]} ({len(names)})"


def host_lines(topology: Topology, hosts: Sequence[HostState]) -> tuple[Line, ...]:
    """The addresses of a host by interface; the first and the last of several hosts."""
    devices = {link.name: link.segment for link in hosts[0].links if link.segment in topology.networks}
    lines: list[Line] = []
    for device, segment in devices.items():
        for version in (4, 6):
            found = [held for host in hosts for held in _addresses(host, segment, version)]
            shown = found if len(hosts) == 1 else [_span(found)] if found else []
            lines += [Line(str(address), device if len(devices) > 1 else "") for address in shown]
    return tuple(lines)


def _addresses(host: HostState, segment: str | None, version: int) -> list[Address]:
    devices = {link.name for link in host.links_on(segment)} if segment else set()
    return [
        held.ip
        for held in host.addresses
        if held.device in devices and not held.ours and held.address.version == version
    ]


def _span(addresses: Iterable[Address]) -> str:
    ordered = sorted(addresses, key=int)
    return str(ordered[0]) if ordered[0] == ordered[-1] else f"{ordered[0]} … {ordered[-1]}"


def client_lines(topology: Topology, names: Sequence[str]) -> tuple[Line, ...]:
    """The addresses that a client was given; the invented ones would only mislead."""
    clients = [topology.clients[name] for name in names if name in topology.clients]
    return tuple(Line(str(address)) for client in clients[:1] for address in client.addresses)


def subnets(topology: Topology, names: Sequence[str]) -> tuple[str, ...]:
    """The subnets of a network; of several it would be too many."""
    return tuple(str(subnet) for subnet in topology.networks[names[0]].subnets) if len(names) == 1 else ()


def frame_label(networks: Sequence[str]) -> str:
    """Where real servers are."""
    if not networks:
        return "real servers, plugged in nowhere"
    return f"real servers on {' and '.join(networks) if len(networks) <= 3 else f'{len(networks)} networks'}"


def directors_label(topology: Topology, names: Collection[str]) -> str:
    """The failover groups of directors."""
    groups = [group for group in topology.failover.values() if not set(group.directors).isdisjoint(names)]
    if len(groups) == 1:
        return f"failover {groups[0].name} · virtual router {groups[0].virtual_router_id}"
    if len(groups) > 3:
        return f"{len(groups)} failover groups"
    return f"failover {' and '.join(group.name for group in groups)}" if groups else ""


def duty(topology: Topology, names: Sequence[str]) -> tuple[str, bool]:
    """What directors do in their failover groups, and whether they only stand by."""
    groups = [group for group in topology.failover.values() if names[0] in group.directors]
    first = [group.name for group in groups if group.directors[0] == names[0]]
    word = "director" if len(names) == 1 else "directors"
    alone = any(vip.failover is None and names[0] in vip.directors for vip in topology.vips.values())
    if not groups:
        return word, False
    if not first:
        return (word, False) if alone else (f"backup {word}", True)
    return (f"{word}, active" if len(first) == len(groups) else f"{word}, active for {several(first)}"), False


def vip_lines(topology: Topology, names: Sequence[str]) -> tuple[Line, ...]:
    """The addresses of VIPs; who holds them, where that is not the same for all."""
    addresses = [address for name in names for address in topology.vips[name].addresses]
    if len(names) == 1:
        lines = [Line(str(address)) for address in addresses]
    else:
        by_version = ([address for address in addresses if address.version == version] for version in (4, 6))
        lines = [Line(_span(found)) for found in by_version if found]
    holders = topology.vips[names[0]].directors
    if len(topology.failover) > 1 and len(holders) > 1:
        lines.append(Line(f"on {holders[0]}, then {', '.join(holders[1:])}"))
    return tuple(lines)


def mode_words(services: Sequence[Service]) -> str:
    """How services forward."""
    mode = services[0].mode
    kinds = sorted({service.tunnel.value for service in services})
    return f"{MODE_WORDS[mode]}, {'/'.join(kinds)}" if mode is ForwardingMethod.TUN else MODE_WORDS[mode]


def service_lines(services: Sequence[Service]) -> tuple[str, tuple[Line, ...]]:
    """A title and a line for each service; only the number of them where there are many."""
    if len(services) > _FEW_SERVICES:
        names = [service.name for service in services]
        return f"{len(services)} services", (Line(f"{names[0]} … {names[-1]}"),)
    return "", tuple(line for service in services for line in _service(service))


def _service(service: Service) -> Iterator[Line]:
    ports = ",".join(_ports(*ports) for ports in service.ports)
    protocols = "+".join(protocol.value for protocol in service.protocols)
    yield Line(service.name, f"{ports}/{protocols} {service.scheduler.value}")
    more = [f"mark {service.mark}"] if service.mark is not None else []
    more += [f"persistent {service.persistence.timeout} s"] if service.persistence else []
    if more:
        yield Line("", ", ".join(more))


def _ports(first: int, last: int) -> str:
    if first == 0:
        return "all"
    return str(first) if first == last else f"{first}-{last}"


def share(shares: Iterable[tuple[int, int | None]], weighted: bool) -> str:
    """The weights of real servers, and the ports that are not the services' own."""
    weights = sorted({weight for weight, _ in shares})
    ports = sorted({port for _, port in shares if port is not None})
    words = [f"weight {weights[0]}" if len(weights) == 1 else f"weights {weights[0]}–{weights[-1]}"] if weighted else []
    if ports:
        words.append(f":{ports[0]}" if len(ports) == 1 else f":{ports[0]} … :{ports[-1]}")
    return " ".join(words)
