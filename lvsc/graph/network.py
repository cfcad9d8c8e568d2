"""A cluster as a networkx graph, for exports and for algorithms that one would not write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lvsc.graph.picture_plan import standby
from lvsc.state import Hosts, HostState
from lvsc.topology import Topology

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(topology: Topology, hosts: Hosts) -> nx.Graph[str]:
    """Hosts, networks, subnets, VIPs and services; a node is called by its kind and name, as `host:lvs1`."""
    # Importing networkx takes 120 ms, which `lvsc lint` must not pay.
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    _networks(graph, topology)
    for host in hosts.values():
        _host(graph, topology, host)
    _vips(graph, topology)
    _services(graph, topology)
    return graph


def _networks(graph: nx.Graph[str], topology: Topology) -> None:
    for segment in topology.networks.values():
        network = f"network:{segment.name}"
        graph.add_node(network, kind="network", label=segment.name, implied=False)
        for subnet in segment.subnets:
            node = f"subnet:{segment.name}:{subnet}"
            graph.add_node(node, kind="subnet", label=str(subnet))
            graph.add_edge(network, node, kind="has-subnet")


def _host(graph: nx.Graph[str], topology: Topology, host: HostState) -> None:
    """A host, what it is plugged into, and the subnets it has addresses in."""
    node = f"host:{host.name}"
    graph.add_node(node, kind="host", label=host.name, role=host.role.value, managed=host.managed)
    for link in host.links:
        if link.segment is None:
            continue
        network = f"network:{link.segment}"
        if network not in graph:
            graph.add_node(network, kind="network", label=link.segment, implied=True)
        devices = graph.edges[node, network]["devices"] if graph.has_edge(node, network) else ()
        graph.add_edge(node, network, kind="attached", devices=(*devices, link.name))
        segment = topology.networks.get(link.segment)
        for held in host.held_on(link.name):
            subnet = segment.subnet_of(held.ip) if segment and not held.ours else None
            if subnet is not None:
                target = f"subnet:{link.segment}:{subnet}"
                known = graph.edges[node, target]["addresses"] if graph.has_edge(node, target) else ()
                graph.add_edge(node, target, kind="in-subnet", addresses=(*known, str(held.ip)))


def _vips(graph: nx.Graph[str], topology: Topology) -> None:
    for vip in topology.vips.values():
        node, segment = f"vip:{vip.name}", topology.networks[vip.network]
        addresses = tuple(str(address) for address in vip.addresses)
        graph.add_node(node, kind="vip", label=vip.name, addresses=addresses, failover=vip.failover or "")
        for address in vip.addresses:
            subnet = segment.subnet_of(address)
            if subnet is not None:
                graph.add_edge(node, f"subnet:{segment.name}:{subnet}", kind="in-subnet", addresses=(str(address),))
        for rank, director in enumerate(vip.directors):
            graph.add_edge(f"host:{director}", node, kind="holds", rank=rank, backup=standby(vip, director))


def _services(graph: nx.Graph[str], topology: Topology) -> None:
    for service in topology.services.values():
        node = f"service:{service.name}"
        protocols = tuple(protocol.value for protocol in service.protocols)
        scheduler, mode = service.scheduler.value, service.mode.value
        graph.add_node(
            node,
            kind="service",
            label=service.name,
            protocols=protocols,
            ports=service.ports,
            scheduler=scheduler,
            mode=mode,
        )
        graph.add_edge(f"vip:{service.vip}", node, kind="serves")
        for member in service.members:
            server = f"host:{member.server}"
            graph.add_edge(node, server, kind="forwards", mode=mode, weight=member.weight, port=member.port)
