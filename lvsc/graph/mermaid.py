"""The picture of a cluster as a Mermaid flowchart, as GitHub renders it.

Whoever opens a pull request chooses the names in it. Ids are our own, and in
a label everything but letters, digits and a few harmless marks is an entity.
"""

from __future__ import annotations

import string
from collections.abc import Iterator

from lvsc.graph.picture import Edge, EdgeKind, Group, Node, NodeKind, Picture, plain
from lvsc.words import ForwardingMethod

_SAFE = frozenset(string.ascii_letters + string.digits + " .,:/()…–·")
_LINE = 22
_COLOURS = {ForwardingMethod.DR: "#2da44e", ForwardingMethod.NAT: "#d4681c", ForwardingMethod.TUN: "#9a6cf0"}
_STROKES = {
    NodeKind.CLIENT: "#8b949e",
    NodeKind.ROUTER: "#8b949e",
    NodeKind.NETWORK: "#1b8a91",
    NodeKind.DIRECTOR: "#2f81f7",
    NodeKind.VIP: "#2f81f7",
    NodeKind.SERVICES: "#8b949e",
    NodeKind.REAL_SERVER: "#8b949e",
}


def mermaid(picture: Picture) -> str:
    """The picture as the text of a flowchart from left to right."""
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    ids = {node.id: f"n{index}" for index, node in enumerate(picture.nodes, 1)}
    ids |= {group.id: f"g{index}" for index, group in enumerate(picture.groups, 1)}
    inside = {name for group in picture.groups for name in group.members}
    rows = max((len(group.lines) for group in picture.groups), default=0)
    if rows:
        # Mermaid counts one line of a frame's label, and puts boxes over the others.
        yield f'%%{{init: {{"flowchart": {{"subGraphTitleMargin": {{"bottom": {rows * _LINE}}}}}}}}}%%'
    yield "flowchart LR"
    for kind, colour in _STROKES.items():
        yield f"  classDef {_style(kind)} stroke:{colour}"
    yield "  classDef faint stroke-dasharray:5 4"
    yield from (f"  {_node(node, ids)}" for node in picture.nodes if node.id not in inside)
    for group in picture.groups:
        yield from _group(group, picture, ids)
    yield from (f"  class {ids[node.id]} faint" for node in picture.nodes if node.faint)
    edges = [edge for edge in picture.edges if edge.source in ids and edge.target in ids]
    yield from (f"  {_edge(edge, ids)}" for edge in edges)
    for mode, colour in _COLOURS.items():
        places = [str(place) for place, edge in enumerate(edges) if edge.mode is mode]
        if places:
            yield f"  linkStyle {','.join(places)} stroke:{colour},stroke-width:2px"


def _group(group: Group, picture: Picture, ids: dict[str, str]) -> Iterator[str]:
    label = "<br/>".join(escape(text) for text in (group.label, *group.lines))
    yield f'  subgraph {ids[group.id]}["{label or " "}"]'
    yield from (f"    {_node(node, ids)}" for node in picture.nodes if node.id in group.members)
    yield "  end"


def _node(node: Node, ids: dict[str, str]) -> str:
    caption = node.caption if node.kind is not NodeKind.NETWORK else ""
    texts = [caption, node.title, *(f"{line.text}  {line.detail}".strip() for line in node.lines)]
    label = "<br/>".join(escape(text) for text in texts if text)
    start, end = ("([", "])") if node.kind is NodeKind.NETWORK else ("[", "]")
    return f'{ids[node.id]}{start}"{label or " "}"{end}:::{_style(node.kind)}'


def _style(kind: NodeKind) -> str:
    return kind.value.replace("-", "_")


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    plainly = edge.kind in (EdgeKind.ATTACHED, EdgeKind.SERVES)
    line = "-.->" if edge.faint else "---" if plainly else "-->"
    label = f'|"{escape(edge.label)}"|' if edge.label else ""
    return f"{ids[edge.source]} {line}{label} {ids[edge.target]}"


def escape(text: str) -> str:
    """A label that can neither end its quotes nor be read as markup."""
    return "".join(char if char in _SAFE else f"#{ord(char)};" for char in plain(text))
