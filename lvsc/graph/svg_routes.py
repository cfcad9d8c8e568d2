"""The lines of an SVG picture: from port to port in smooth curves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from lvsc.graph.picture import Edge, EdgeKind, Picture, plain
from lvsc.graph.svg_boxes import CAPTION_SIZE, FRAME_FOOT, FRAME_HEAD, Rect
from lvsc.graph.svg_layout import Layout
from lvsc.graph.svg_text import number, sans

_ARROW = 3


class Route(NamedTuple):
    """A drawn edge: the path, and where its label ends."""

    edge: Edge
    path: str
    label_x: float
    label_y: float


def routes(picture: Picture, layout: Layout) -> list[Route]:
    """The way of each edge that is drawn; boxes in boxes need no line."""
    ports = _arrow_ports(picture, layout)
    found: list[Route] = []
    for index, edge in enumerate(picture.edges):
        ends = _ends(edge, layout)
        if ends is None or edge.kind in (EdgeKind.HOLDS, EdgeKind.SERVES):
            continue
        source, target = ends
        forwards = edge.kind is EdgeKind.FORWARDS
        lanes = layout.lanes.get(index, ())
        start = (source.right, _wire_port(edge.source, source, layout))
        y = (
            ports[index]
            if forwards
            else _wire_port(edge.target, target, layout, lanes[-1].middle if lanes else start[1])
        )
        label_x = _frame_left(edge.target, target, layout, picture) - 6
        if source.x >= target.x:
            path = _loop(start, (target.right, y))
        else:
            run = label_x - sans(plain(edge.label), CAPTION_SIZE) - 8 if forwards else target.x
            path = _path(start, lanes, (run, y), target.x - (_ARROW if forwards else 0))
        found.append(Route(edge, path, label_x, y - 4))
    return found


def _ends(edge: Edge, layout: Layout) -> tuple[Rect, Rect] | None:
    found = [layout.boxes.get(name) or layout.frames.get(name) for name in (edge.source, edge.target)]
    return (found[0], found[1]) if found[0] and found[1] else None


def _wire_port(name: str, rect: Rect, layout: Layout, origin: float = 0) -> float:
    """Where a wire ends: in the middle of a box, in the head of a frame, or at its foot when it comes from below."""
    if name in layout.boxes:
        return rect.middle
    return rect.bottom - FRAME_FOOT if origin > rect.middle else rect.y + FRAME_HEAD / 2


def _frame_left(name: str, rect: Rect, layout: Layout, picture: Picture) -> float:
    for group in picture.groups:
        if name in group.members and group.id in layout.frames:
            return layout.frames[group.id].x
    return rect.x


def _arrow_ports(picture: Picture, layout: Layout) -> Mapping[int, float]:
    """The height at which each arrow ends: spread over the side of its box, in the order they come from."""
    arriving: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for index, edge in enumerate(picture.edges):
        if edge.kind is EdgeKind.FORWARDS and edge.source in layout.boxes and edge.target in layout.boxes:
            arriving[edge.target].append((layout.boxes[edge.source].middle, index))
    ports: dict[int, float] = {}
    for name, found in arriving.items():
        rect = layout.boxes[name]
        for place, (_, index) in enumerate(sorted(found)):
            ports[index] = rect.y + rect.h * (place + 1) / (len(found) + 1)
    return ports


def _path(start: tuple[float, float], lanes: tuple[Rect, ...], run: tuple[float, float], end: float) -> str:
    parts = [f"M{_point(*start)}"]
    x, y = start
    for lane in lanes:
        parts += [_curve(x, y, lane.x, lane.middle), f"H{number(lane.right)}"]
        x, y = lane.right, lane.middle
    parts += [_curve(x, y, *run), f"H{number(end)}"]
    return "".join(parts)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (x + to_x) / 2
    return f"C{_point(half, y)} {_point(half, to_y)} {_point(to_x, to_y)}"


def _loop(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A line between two in the same column, around their right side."""
    out = max(start[0], end[0]) + 40
    return f"M{_point(*start)}C{_point(out, start[1])} {_point(out, end[1])} {_point(*end)}"


def _point(x: float, y: float) -> str:
    return f"{number(x)},{number(y)}"
