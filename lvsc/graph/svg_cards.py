"""The boxes of an SVG picture with their texts."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.graph.picture import EdgeKind, Line, Node, NodeKind, Picture
from lvsc.graph.svg_boxes import CAPTION, LINE, PAD_X, PAD_Y, TITLE, Rect
from lvsc.graph.svg_layout import Layout
from lvsc.graph.svg_text import number, xml

_ROUND = 8
_STRIPE = 4


def cards(picture: Picture, places: Layout) -> Iterator[str]:
    """All boxes; a VIP and its services are one card."""
    nodes = {node.id: node for node in picture.nodes}
    served = {edge.target: edge for edge in picture.edges if edge.kind is EdgeKind.SERVES}
    modes = {edge.source: edge.mode.value for edge in picture.edges if edge.kind is EdgeKind.FORWARDS and edge.mode}
    for node in picture.nodes:
        rect = places.boxes[node.id]
        if node.kind is NodeKind.VIP:
            parts = [places.boxes[edge.target] for edge in served.values() if edge.source == node.id]
            yield from _vip(rect, parts)
        elif node.id not in served or served[node.id].source not in nodes:
            yield rect_at(rect, f"card {node.kind.value}{' faint' if node.faint else ''}", _radius(node, rect))
        if node.kind is NodeKind.SERVICES:
            stripe = Rect(rect.right - _STRIPE, rect.y + 6, _STRIPE, rect.h - 12)
            yield rect_at(stripe, f"stripe {modes.get(node.id, '')}".rstrip(), _STRIPE / 2)
        yield from _texts(node, rect, modes.get(node.id, ""))


def _radius(node: Node, rect: Rect) -> float:
    return min(rect.h / 2, 18) if node.kind is NodeKind.NETWORK else _ROUND


def _vip(rect: Rect, parts: list[Rect]) -> Iterator[str]:
    """One frame around a VIP and its services, with the VIP as its head."""
    bottom = max((part.bottom for part in parts), default=rect.bottom)
    yield rect_at(Rect(rect.x, rect.y, rect.w, bottom - rect.y), "card services", _ROUND)
    if not parts:
        yield rect_at(rect, "card vip", _ROUND)
        return
    arc = f"a{_ROUND},{_ROUND} 0 0 1"
    x, right, low, top = number(rect.x), number(rect.right), number(rect.bottom), number(rect.y + _ROUND)
    corners = f"V{top}{arc} {_ROUND},-{_ROUND}H{number(rect.right - _ROUND)}{arc} {_ROUND},{_ROUND}"
    yield f'<path class="card vip" d="M{x},{low}{corners}V{low}z"/>'
    for part in parts[1:]:
        yield f'<path class="rule" d="M{x},{number(part.y)}H{right}"/>'


def _texts(node: Node, rect: Rect, mode: str) -> Iterator[str]:
    x, y = rect.x + PAD_X, rect.y + PAD_Y
    rows = (CAPTION if node.caption else 0) + (TITLE if node.title else 0) + LINE * len(node.lines)
    y += (rect.h - 2 * PAD_Y - rows) / 2
    if node.caption:
        yield text_at(x, y + 9, f"caption {mode}".rstrip(), xml(node.caption))
        y += CAPTION
    if node.title:
        yield text_at(x, y + 14, "title", xml(node.title))
        y += TITLE
    for line in node.lines:
        yield from _line(node.kind, line, rect, y + 12)
        y += LINE


def _line(kind: NodeKind, line: Line, rect: Rect, y: float) -> Iterator[str]:
    if line.text:
        yield text_at(rect.x + PAD_X, y, "name" if kind is NodeKind.SERVICES else "address", xml(line.text))
    if line.detail:
        yield text_at(rect.right - PAD_X, y, "detail", xml(line.detail), "end")


def rect_at(rect: Rect, style: str, radius: float) -> str:
    """A rectangle with round corners."""
    x, y, w, h = (number(value) for value in rect)
    return f'<rect class="{style}" x="{x}" y="{y}" width="{w}" height="{h}" rx="{number(radius)}"/>'


def text_at(x: float, y: float, style: str, text: str, anchor: str = "start") -> str:
    """A line of text that is written for XML already."""
    end = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text class="{style}" x="{number(x)}" y="{number(y)}"{end}>{text}</text>'
