"""From merged files to the checked model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lvsc.finding import Finding, Note
from lvsc.source import Span
from lvsc.topology.build_gateways import gateways
from lvsc.topology.build_hosts import clients, hosts, segments
from lvsc.topology.build_services import Services
from lvsc.topology.build_tests import Tests
from lvsc.topology.build_vips import failovers, vips
from lvsc.topology.desk import Desk
from lvsc.topology.merge import Merged
from lvsc.topology.model import Failover, Host, Segment, Topology
from lvsc.words import Address, HostRole


def build(merged: Merged) -> tuple[Topology, list[Finding]]:
    """The model, as far as it can be built, and what is wrong."""
    desk, sections = Desk(), merged.sections
    networks = segments(desk, sections["networks"])
    routers = hosts(desk, HostRole.ROUTER, sections["routers"], networks)
    directors = hosts(desk, HostRole.DIRECTOR, sections["directors"], networks)
    servers = hosts(desk, HostRole.REAL_SERVER, sections["real_servers"], networks)
    groups = failovers(desk, sections["failover"], networks, directors)
    targets: dict[str, Host | Failover] = {**routers, **directors, **groups}
    networks = {name: _with_gateways(desk, segment, networks, targets) for name, segment in networks.items()}
    held = vips(desk, sections["vips"], networks, directors, groups)
    pools = {item.name: item for item in sections["pools"]}
    names = {item.name for item in sections["vips"]}
    services = Services(desk, servers, names, pools, merged.service_defaults)
    origins = clients(desk, sections["clients"], networks, routers)
    hosts_ = {**routers, **directors, **servers}
    serving = {item.name for item in sections["services"]}
    tests = Tests(desk, origins, serving, hosts_, servers, pools)
    topology = Topology(
        networks=networks,
        routers=_routed(desk, routers, networks, targets),
        directors=_routed(desk, directors, networks, targets),
        real_servers=_routed(desk, servers, networks, targets),
        clients=origins,
        failover=groups,
        vips=held,
        services=services.build(sections["services"]),
        tests=tests.build(merged.tests),
    )
    _one_kind(desk, topology)
    return topology, desk.findings


def _one_kind(desk: Desk, topology: Topology) -> None:
    """A host has one name in the cluster, whatever part it plays; a `gateway` may name a failover group, too."""
    seen: dict[str, tuple[str, Span]] = {}
    kinds = [(host.role.value, host.name, host.origin) for host in topology.hosts()]
    kinds += [("client", client.name, client.origin) for client in topology.clients.values()]
    kinds += [("failover group", group.name, group.origin) for group in topology.failover.values()]
    for kind, name, origin in kinds:
        if name in seen:
            other, first = seen[name]
            desk.say(
                "duplicate-name",
                origin.name,
                f"`{name}` is a {other} and a {kind}",
                "give each a name of its own",
                [Note(first, f"the {other}")],
            )
        seen.setdefault(name, (kind, origin.name))


def _with_gateways(
    desk: Desk, segment: Segment, networks: Mapping[str, Segment], targets: Mapping[str, Host | Failover]
) -> Segment:
    return replace(segment, gateways=gateways(desk, segment.origin, [segment.name], networks, targets))


def _routed(
    desk: Desk, found: Mapping[str, Host], networks: Mapping[str, Segment], targets: Mapping[str, Host | Failover]
) -> dict[str, Host]:
    """Hosts with their gateways: their own, else those of a network that has one (routers have only their own)."""
    routed: dict[str, Host] = {}
    own: dict[int, tuple[Address, ...]] = {}
    for host in found.values():
        key = id(host.origin.node)
        if key not in own:
            own[key] = gateways(desk, host.origin, [port.network for port in host.ports], networks, targets)
        inferred = () if host.role is HostRole.ROUTER or host.origin.says("gateway") else _inferred(host, networks)
        routed[host.name] = replace(host, gateways=own[key] or inferred)
    return routed


def _inferred(host: Host, networks: Mapping[str, Segment]) -> tuple[Address, ...]:
    own = {address.ip for port in host.ports for address in port.addresses}
    found: dict[int, Address] = {}
    for port in host.ports:
        for gateway in networks[port.network].gateways:
            if gateway not in own and any(address.version == gateway.version for address in port.addresses):
                found.setdefault(gateway.version, gateway)
    return tuple(found.values())
