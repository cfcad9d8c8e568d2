"""The picture of a topology: boxes, lines and frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lvsc.graph import picture_text as text
from lvsc.graph.cluster import segments_of
from lvsc.graph.picture import Edge, EdgeKind, Group, GroupKind, Line, Node, NodeKind, Picture
from lvsc.graph.picture_plan import Fold, Plan, beyond, frames, networks_of, plan, standby
from lvsc.state import Hosts
from lvsc.topology import Topology
from lvsc.words import ForwardingMethod, HostRole

_COLUMN = {
    NodeKind.CLIENT: 0,
    NodeKind.ROUTER: 2,
    NodeKind.NETWORK: 3,
    NodeKind.DIRECTOR: 4,
    NodeKind.VIP: 4,
    NodeKind.SERVICES: 4,
    NodeKind.REAL_SERVER: 5,
}
_OUTER_NETWORK = 1


def picture(topology: Topology, hosts: Hosts) -> Picture:
    """The picture of a cluster: readable, however large the cluster is."""
    sketch = _Sketch(topology, hosts, plan(topology, hosts))
    sketch.surroundings()
    sketch.directors()
    sketch.real_servers()
    sketch.wires()
    sketch.forwards()
    return Picture(text.title(topology), tuple(sketch.nodes), tuple(sketch.edges.values()), tuple(sketch.groups))


@dataclass(slots=True)
class _Sketch:
    """A picture under construction; `at` finds the node of a box by its kind and index."""

    topology: Topology
    hosts: Hosts
    plan: Plan
    nodes: list[Node] = field(default_factory=list)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    at: dict[tuple[NodeKind, int], str] = field(default_factory=dict)
    frame_of: dict[str, str] = field(default_factory=dict)

    def surroundings(self) -> None:
        """Clients, routers and networks."""
        for index, box in enumerate(self.plan.clients.boxes):
            self._node(
                NodeKind.CLIENT, index, text.several(box), "client", text.client_lines(self.topology, box), len(box)
            )
        for index, box in enumerate(self.plan.routers.boxes):
            caption = "router" if box[0] in self.topology.routers else "gateway, implied"
            self._host(NodeKind.ROUTER, index, box, caption)
        inner = self._inner()
        for index, box in enumerate(self.plan.networks.boxes):
            outer = inner.isdisjoint(box)
            lines = tuple(Line(subnet) for subnet in text.subnets(self.topology, box))
            column = _OUTER_NETWORK if outer else None
            self._node(NodeKind.NETWORK, index, text.several(box), "network", lines, len(box), column=column)

    def directors(self) -> None:
        """Directors, VIPs and services, with a frame around those that belong together."""
        for index, box in enumerate(self.plan.directors.boxes):
            caption, faint = text.duty(self.topology, box)
            self._host(NodeKind.DIRECTOR, index, box, caption, faint)
        for index, box in enumerate(self.plan.vips.boxes):
            lines = text.vip_lines(self.topology, box)
            self._node(NodeKind.VIP, index, text.several(box), "VIP" if len(box) == 1 else "VIPs", lines, len(box))
        for index, bundle in enumerate(self.plan.bundles):
            title, lines = text.service_lines(bundle.services)
            caption = text.mode_words(bundle.services)
            self._node(NodeKind.SERVICES, index, title, caption, lines, len(bundle.services))
            self._edge(self.at[NodeKind.VIP, bundle.vip], self.at[NodeKind.SERVICES, index], EdgeKind.SERVES)
        for vip in self.topology.vips.values():
            target = self.at[NodeKind.VIP, self.plan.vips.of[vip.name]]
            for name in vip.directors:
                source = self.at[NodeKind.DIRECTOR, self.plan.directors.of[name]]
                self._edge(source, target, EdgeKind.HOLDS, faint=standby(vip, name))
        self._director_frames()

    def real_servers(self) -> None:
        """Real servers, in a frame for each set of networks."""
        for networks, boxes in frames(self.topology, self.hosts, self.plan.servers).items():
            for index in boxes:
                box = self.plan.servers.boxes[index]
                managed = all(self.hosts[name].managed for name in box)
                self._host(NodeKind.REAL_SERVER, index, box, "" if managed else "not managed by lvsc")
            members = [self.at[NodeKind.REAL_SERVER, index] for index in boxes]
            framed = bool(networks) and self.plan.framed.issuperset(networks)
            lines = text.subnets(self.topology, networks) if framed else ()
            frame = self._group(GroupKind.REAL_SERVERS, text.frame_label(networks), members, lines)
            self.frame_of.update(dict.fromkeys(networks, frame) if framed else {})
            for network in networks:
                if network not in self.plan.framed:
                    self._edge(self._network(network), frame, EdgeKind.ATTACHED)

    def wires(self) -> None:
        """Who is plugged in where."""
        routers = beyond(self.topology, self.hosts)
        for fold, kind in (
            (self.plan.clients, NodeKind.CLIENT),
            (self.plan.routers, NodeKind.ROUTER),
            (self.plan.directors, NodeKind.DIRECTOR),
        ):
            for name, index in fold.of.items():
                for network in networks_of(self.topology, self.hosts[name]):
                    self._wire(self.at[kind, index], self._network(network))
                for router in routers.get(name, ()):
                    self._wire(self.at[kind, index], self.at[NodeKind.ROUTER, self.plan.routers.of[router]])

    def forwards(self) -> None:
        """Services to real servers."""
        for index, bundle in enumerate(self.plan.bundles):
            source = self.at[NodeKind.SERVICES, index]
            weighted = any(weight != 1 for shares in bundle.shares.values() for weight, _ in shares)
            for box, names in _by_box(self.plan.servers, bundle.shares).items():
                shares = frozenset(share for name in names for share in bundle.shares[name])
                target = self.at[NodeKind.REAL_SERVER, box]
                self._edge(source, target, EdgeKind.FORWARDS, text.share(shares, weighted), mode=bundle.mode)
            for box in _by_box(self.plan.servers, sorted(bundle.sorry)):
                target = self.at[NodeKind.REAL_SERVER, box]
                self._edge(source, target, EdgeKind.FORWARDS, "sorry server", faint=True, mode=bundle.mode)

    def _inner(self) -> set[str]:
        """Networks on the directors' side of the routers."""
        found = {vip.network for vip in self.topology.vips.values()}
        for host in self.hosts.values():
            if host.role in (HostRole.DIRECTOR, HostRole.REAL_SERVER):
                found |= segments_of(host)
        return found

    def _network(self, name: str) -> str:
        return self.frame_of.get(name) or self.at[NodeKind.NETWORK, self.plan.networks.of[name]]

    def _director_frames(self) -> None:
        """A frame around directors and VIPs that hang together."""
        frame = {
            node.id: {node.id}
            for node in self.nodes
            if node.kind in (NodeKind.DIRECTOR, NodeKind.VIP, NodeKind.SERVICES)
        }
        for edge in self.edges.values():
            if edge.kind in (EdgeKind.HOLDS, EdgeKind.SERVES) and frame[edge.source] is not frame[edge.target]:
                frame[edge.source] |= frame[edge.target]
                frame.update(dict.fromkeys(tuple(frame[edge.source]), frame[edge.source]))
        for members in {id(found): found for found in frame.values()}.values():
            ordered = [node for node in self.nodes if node.id in members]
            names = {
                name for name, index in self.plan.directors.of.items() if self.at[NodeKind.DIRECTOR, index] in members
            }
            self._group(GroupKind.DIRECTORS, text.directors_label(self.topology, names), [node.id for node in ordered])

    def _host(self, kind: NodeKind, index: int, box: tuple[str, ...], caption: str, faint: bool = False) -> None:
        lines = text.host_lines(self.topology, [self.hosts[name] for name in box])
        self._node(kind, index, text.several(box), caption, lines, len(box), faint)

    def _node(
        self,
        kind: NodeKind,
        index: int,
        title: str,
        caption: str,
        lines: tuple[Line, ...],
        count: int,
        faint: bool = False,
        column: int | None = None,
    ) -> None:
        id_ = self.at[kind, index] = f"n{len(self.nodes) + 1}"
        self.nodes.append(
            Node(id_, kind, title, _COLUMN[kind] if column is None else column, caption, lines, faint, count)
        )

    def _group(self, kind: GroupKind, label: str, members: list[str], lines: tuple[str, ...] = ()) -> str:
        id_ = f"g{len(self.groups) + 1}"
        self.groups.append(Group(id_, kind, label, tuple(members), lines))
        return id_

    def _edge(
        self,
        source: str,
        target: str,
        kind: EdgeKind,
        label: str = "",
        faint: bool = False,
        mode: ForwardingMethod | None = None,
    ) -> None:
        """An edge, once; what is not faint wins."""
        known = self.edges.get((source, target))
        if known is None or (known.faint and not faint):
            self.edges[source, target] = Edge(source, target, kind, label, mode, faint)

    def _wire(self, one: str, other: str) -> None:
        """A line from left to right between two that are plugged together."""
        column = {node.id: node.column for node in self.nodes}
        source, target = sorted((one, other), key=lambda id_: column.get(id_, _COLUMN[NodeKind.REAL_SERVER]))
        self._edge(source, target, EdgeKind.ATTACHED)


def _by_box(fold: Fold, names: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name in names:
        found.setdefault(fold.of[name], []).append(name)
    return dict(sorted(found.items()))
