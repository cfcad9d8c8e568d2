"""The boxes of an SVG picture: how large each is, and how those in one frame stand together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lvsc.graph.picture import EdgeKind, Group, GroupKind, Line, Node, NodeKind, Picture, plain
from lvsc.graph.svg_text import mono, sans

PAD_X = 12
PAD_Y = 9
CAPTION, TITLE, LINE = 14, 19, 16
CAPTION_SIZE, TITLE_SIZE, LINE_SIZE = 10.5, 14, 12
FRAME_PAD = 14
FRAME_HEAD = 30
FRAME_FOOT = 12
ARROW_ROOM = 17
_BETWEEN = 12
_DETAIL_GAP = 16


class Rect(NamedTuple):
    """A rectangle, by its upper left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.h

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.h / 2

    def moved(self, x: float, y: float) -> Rect:
        """The same rectangle elsewhere."""
        return Rect(self.x + x, self.y + y, self.w, self.h)


@dataclass(frozen=True, slots=True)
class Item:
    """What stands in a column: a frame with its boxes, or one box; places are relative to its corner."""

    id: str
    column: int
    w: float
    h: float
    boxes: Mapping[str, Rect]
    framed: bool = False

    @property
    def port(self) -> float:
        """The height at which wires meet the frame or box."""
        return FRAME_HEAD / 2 if self.framed else self.h / 2


def items(picture: Picture) -> list[Item]:
    """The frames and the boxes outside of frames; all in a column have the same width."""
    nodes = {node.id: node for node in picture.nodes}
    incoming = Counter(edge.target for edge in picture.edges if edge.kind is EdgeKind.FORWARDS)
    inside = {name for group in picture.groups for name in group.members}
    found = [_frame(picture, group, nodes, incoming) for group in picture.groups if group.members]
    found += [_single(node, incoming[node.id]) for node in picture.nodes if node.id not in inside]
    widest = {
        column: max(item.w for item in found if item.column == column) for column in {item.column for item in found}
    }
    order = {node.id: index for index, node in enumerate(picture.nodes)}
    found = [_stretched(item, widest[item.column]) for item in found]
    return sorted(found, key=lambda item: (item.column, order[next(iter(item.boxes))]))


def line_width(kind: NodeKind, line: Line) -> float:
    """The width of a line: names of services are in the system font, addresses in monospace."""
    text, detail = plain(line.text), plain(line.detail)
    width = sans(text, LINE_SIZE) if kind is NodeKind.SERVICES else mono(text, LINE_SIZE)
    return width + (_DETAIL_GAP + mono(detail, LINE_SIZE - 1) if detail else 0)


def _size(node: Node) -> tuple[float, float]:
    widths = [line_width(node.kind, line) for line in node.lines]
    widths += [1.08 * sans(plain(node.title), TITLE_SIZE), 1.05 * sans(plain(node.caption), CAPTION_SIZE)]
    height = 2 * PAD_Y + (CAPTION if node.caption else 0) + (TITLE if node.title else 0) + LINE * len(node.lines)
    return max(96, *widths) + 2 * PAD_X, height


def _single(node: Node, incoming: int) -> Item:
    w, h = _size(node)
    h = max(h, incoming * ARROW_ROOM + 6)
    return Item(node.id, node.column, w, h, {node.id: Rect(0, 0, w, h)})


def _frame(picture: Picture, group: Group, nodes: Mapping[str, Node], incoming: Mapping[str, int]) -> Item:
    members = [nodes[name] for name in group.members]
    if group.kind is GroupKind.DIRECTORS:
        members = list(_by_vip(picture, members))
    label = max(sans(plain(text), CAPTION_SIZE + 1) for text in (group.label, *group.lines)) * 1.05
    w = max(label + 2 * FRAME_PAD, *(_size(node)[0] + 2 * FRAME_PAD for node in members))
    y: float = (FRAME_HEAD if group.label else FRAME_PAD) + LINE * len(group.lines)
    boxes: dict[str, Rect] = {}
    for node in members:
        h = max(_size(node)[1], incoming.get(node.id, 0) * ARROW_ROOM + 6)
        y -= _BETWEEN if node.kind is NodeKind.SERVICES and boxes else 0
        boxes[node.id] = Rect(FRAME_PAD, y, w - 2 * FRAME_PAD, h)
        y += h + _BETWEEN
    return Item(group.id, members[0].column, w, y - _BETWEEN + FRAME_PAD, boxes, framed=True)


def _by_vip(picture: Picture, members: Iterable[Node]) -> Iterator[Node]:
    """Directors, then each VIP with its services right below."""
    known = {node.id: node for node in members}
    yield from (node for node in known.values() if node.kind is NodeKind.DIRECTOR)
    served = [edge for edge in picture.edges if edge.kind is EdgeKind.SERVES and edge.target in known]
    for node in known.values():
        if node.kind is NodeKind.VIP:
            yield node
            yield from (known[edge.target] for edge in served if edge.source == node.id)
    ends = {edge.target for edge in served}
    yield from (
        node for node in known.values() if node.kind not in (NodeKind.DIRECTOR, NodeKind.VIP) and node.id not in ends
    )


def _stretched(item: Item, w: float) -> Item:
    more = w - item.w
    boxes = {name: Rect(box.x, box.y, box.w + more, box.h) for name, box in item.boxes.items()}
    return Item(item.id, item.column, w, item.h, boxes, item.framed)
