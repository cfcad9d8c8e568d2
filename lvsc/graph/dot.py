"""The picture of a cluster as a Graphviz graph."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.graph.picture import Edge, EdgeKind, Group, Node, NodeKind, Picture, plain
from lvsc.words import ForwardingMethod

_COLOURS = {ForwardingMethod.DR: "#1a7f37", ForwardingMethod.NAT: "#bc4c00", ForwardingMethod.TUN: "#8250df"}
_FILLS = {NodeKind.NETWORK: "#e6f5f5", NodeKind.VIP: "#eaf3ff"}
_BORDERS = {NodeKind.NETWORK: "#1b7c83", NodeKind.DIRECTOR: "#0969da"}


def dot(picture: Picture) -> str:
    """The picture in the DOT language."""
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    ids = {node.id: f"n{index}" for index, node in enumerate(picture.nodes, 1)}
    inside = {name for group in picture.groups for name in group.members}
    frames = {group.id: (f"cluster_g{index}", group) for index, group in enumerate(picture.groups, 1)}
    yield "digraph cluster {"
    yield f"  graph [rankdir=LR, compound=true, tooltip={quote(picture.title)}, fontname=sans, fontsize=11]"
    yield '  node [shape=box, style="rounded,filled", fillcolor=white, color="#8b949e", fontname=sans, fontsize=11]'
    yield '  edge [color="#8b949e", fontname=sans, fontsize=10]'
    yield from (f"  {_node(node, ids)}" for node in picture.nodes if node.id not in inside)
    for name, group in frames.values():
        yield from _group(name, group, picture, ids)
    for edge in picture.edges:
        line = _edge(edge, ids, frames)
        if line:
            yield f"  {line}"
    yield "}"


def _group(name: str, group: Group, picture: Picture, ids: dict[str, str]) -> Iterator[str]:
    yield f"  subgraph {name} {{"
    yield f'    graph [label={quote(group.label, *group.lines)}, labeljust=l, style="rounded,filled",'
    yield '      color="#dde2e8", fillcolor="#f4f6f9"]'
    yield from (f"    {_node(node, ids)}" for node in picture.nodes if node.id in group.members)
    yield "  }"


def _node(node: Node, ids: dict[str, str]) -> str:
    label = quote(node.caption, node.title, *(f"{line.text}  {line.detail}".strip() for line in node.lines))
    style = "rounded,filled,dashed" if node.faint else "rounded,filled"
    border, fill = _BORDERS.get(node.kind, "#8b949e"), _FILLS.get(node.kind, "white")
    return f'{ids[node.id]} [label={label}, style="{style}", color="{border}", fillcolor="{fill}"]'


def _edge(edge: Edge, ids: dict[str, str], frames: dict[str, tuple[str, Group]]) -> str:
    """An edge between nodes; at a frame it ends at its first node, cut off at the frame."""
    ends, cuts = [], []
    for name, cut in ((edge.source, "ltail"), (edge.target, "lhead")):
        if name in frames and frames[name][1].members:
            cuts.append(f"{cut}={frames[name][0]}")
            name = frames[name][1].members[0]
        if name not in ids:
            return ""
        ends.append(ids[name])
    colour = [f'color="{_COLOURS[edge.mode]}"', f'fontcolor="{_COLOURS[edge.mode]}"'] if edge.mode else []
    plainly = ["dir=none"] if edge.kind in (EdgeKind.ATTACHED, EdgeKind.SERVES) else []
    label = [f"label={quote(edge.label)}"] if edge.label else []
    extra = [*label, *colour, *plainly, *(["style=dashed"] if edge.faint else []), *cuts]
    return f"{ends[0]} -> {ends[1]}" + (f" [{', '.join(extra)}]" if extra else "")


def quote(*texts: str) -> str:
    """A string of the DOT language, a line for each text; entities and escapes in the texts are no such things."""
    lines = (plain(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for text in texts if text)
    return '"' + "\\n".join(lines) + '"'
