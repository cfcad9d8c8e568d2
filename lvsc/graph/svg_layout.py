"""Where everything in an SVG picture stands: columns from left to right, few crossings, near to its neighbours.

The layered method of Sugiyama: lines over several columns pass through slots
of their own, columns are ordered by the middle of their neighbours, and
heights are the least-squares answer to what the neighbours wish for.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lvsc.graph.picture import Edge, EdgeKind, Picture, plain
from lvsc.graph.svg_boxes import CAPTION_SIZE, Item, Rect, items
from lvsc.graph.svg_text import sans

_GAP = 46
_FORWARD_GAP = 80
_ROW_GAP = 26
_LANE = 12
_SWEEPS = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes and frames by id, and for each edge the lanes it passes through."""

    width: float
    height: float
    boxes: Mapping[str, Rect]
    frames: Mapping[str, Rect]
    lanes: Mapping[int, tuple[Rect, ...]]


class _Link(NamedTuple):
    """A line to a slot of a neighbouring column, with the heights of its two ends in their slots."""

    to: _Slot
    here: float
    there: float


@dataclass(slots=True)
class _Slot:
    """A place in a column: for an item, or for a line that only passes."""

    id: str
    h: float
    lane: bool = False
    y: float = 0
    left: list[_Link] = field(default_factory=list)
    right: list[_Link] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """Lines give way to boxes."""
        return 0.001 if self.lane else 1

    def wish(self, links: list[_Link]) -> float:
        """Where it would like to be: level with its neighbours."""
        total = sum(link.to.weight for link in links)
        return sum((link.to.y + link.there - link.here) * link.to.weight for link in links) / total if total else self.y


Layers = list[list[_Slot]]


def layout(picture: Picture) -> Layout:
    """The places of all boxes of a picture."""
    found = items(picture)
    columns = sorted({item.column for item in found})
    layers: Layers = [[_Slot(item.id, item.h) for item in found if item.column == column] for column in columns]
    owner = {name: item for item in found for name in (item.id, *item.boxes)}
    lanes = _link(picture.edges, owner, columns, layers)
    _order(layers)
    _settle_all(layers)
    top = min((slot.y for layer in layers for slot in layer), default=0)
    lefts, width = _lefts(picture, found, columns)
    y = {slot.id: slot.y - top for layer in layers for slot in layer}
    rects: dict[str, Rect] = {}
    for item in found:
        x = lefts[columns.index(item.column)]
        rects.update({name: box.moved(x, y[item.id]) for name, box in item.boxes.items()})
    bottom = max((slot.y - top + slot.h for layer in layers for slot in layer), default=0)
    widths = {column: max(item.w for item in found if item.column == column) for column in columns}
    frames = {i.id: Rect(lefts[columns.index(i.column)], y[i.id], i.w, i.h) for i in found if i.framed}
    passed = {
        edge: tuple(Rect(lefts[at], slot.y - top, widths[columns[at]], slot.h) for at, slot in through)
        for edge, through in lanes.items()
    }
    return Layout(width, bottom, rects, frames, passed)


def _link(
    edges: Sequence[Edge], owner: Mapping[str, Item], columns: list[int], layers: Layers
) -> dict[int, list[tuple[int, _Slot]]]:
    """Tie slots of neighbouring columns together; lines that pass a column get a lane in it."""
    slots = {slot.id: slot for layer in layers for slot in layer}
    lanes: dict[int, list[tuple[int, _Slot]]] = {}
    for index, edge in enumerate(edges):
        if edge.source not in owner or edge.target not in owner:
            continue
        start, end = owner[edge.source], owner[edge.target]
        first, last = columns.index(start.column), columns.index(end.column)
        if first >= last:
            continue
        lanes[index] = [(at, _Slot(f"lane {index} {at}", _LANE, lane=True)) for at in range(first + 1, last)]
        for at, slot in lanes[index]:
            layers[at].append(slot)
        chain = [slots[start.id], *(slot for _, slot in lanes[index]), slots[end.id]]
        ports = [_port(start, edge.source), *(_LANE / 2 for _ in lanes[index]), _port(end, edge.target)]
        for place in range(len(chain) - 1):
            one, other = chain[place], chain[place + 1]
            one.right.append(_Link(other, ports[place], ports[place + 1]))
            other.left.append(_Link(one, ports[place + 1], ports[place]))
    return lanes


def _port(item: Item, name: str) -> float:
    return item.boxes[name].middle if name in item.boxes else item.port


def _order(layers: Layers) -> None:
    """Sort the columns so that few lines cross: from two beginnings, with passing lines below and above."""
    best: tuple[int, Layers] | None = None
    for above in (False, True):
        for layer in layers:
            layer.sort(key=lambda slot: slot.lane is not above)
            _settle(layer, [-slot.h / 2 for slot in layer])
        for sweep in range(_SWEEPS):
            _sweep(layers, sweep % 2 == 0)
            crossings = _crossings(layers)
            if best is None or crossings < best[0]:
                best = crossings, [list(layer) for layer in layers]
    if best is not None:
        layers[:] = best[1]


def _sweep(layers: Layers, forward: bool) -> None:
    """Sort each column by the wishes of its slots."""
    for layer in layers if forward else reversed(layers):
        wishes = {slot.id: slot.wish(slot.left if forward else slot.right) for slot in layer}
        layer.sort(key=lambda slot: wishes[slot.id] + slot.h / 2)
        _settle(layer, [wishes[slot.id] for slot in layer])


def _crossings(layers: Layers) -> int:
    """How often lines cross: pairs whose ends are in opposite order."""
    count = 0
    for layer in layers:
        ends = sorted((slot.y + link.here, link.to.y + link.there) for slot in layer for link in slot.right)
        seen: list[float] = []
        for _, end in ends:
            count += len(seen) - bisect_left(seen, end + 0.01)
            insort(seen, end)
    return count


def _settle_all(layers: Layers) -> None:
    """Move the slots of ordered columns towards their neighbours on both sides, then make the way in straight."""
    for layer in layers:
        _settle(layer, [-slot.h / 2 for slot in layer])
    for sweep in range(_SWEEPS * 3):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _settle(layer, [slot.wish(slot.left + slot.right) for slot in layer])
    for layer in reversed(layers[:-1]):
        _settle(layer, [slot.wish(slot.right) for slot in layer])


def _settle(layer: list[_Slot], wishes: list[float]) -> None:
    """Put slots as near to their wishes as their order and heights allow (pool adjacent violators)."""
    offsets = list(_offsets(layer))
    pools: list[tuple[float, float, int]] = []
    for slot, wish, offset in zip(layer, wishes, offsets, strict=True):
        pool = ((wish - offset) * slot.weight, slot.weight, 1)
        while pools and pools[-1][0] / pools[-1][1] > pool[0] / pool[1]:
            last = pools.pop()
            pool = (last[0] + pool[0], last[1] + pool[1], last[2] + pool[2])
        pools.append(pool)
    places = [total / weight for total, weight, number in pools for _ in range(number)]
    for slot, place, offset in zip(layer, places, offsets, strict=True):
        slot.y = place + offset


def _offsets(layer: list[_Slot]) -> Iterator[float]:
    """The least height of each slot below the first."""
    y: float = 0
    for index, slot in enumerate(layer):
        if index:
            y += _LANE if slot.lane and layer[index - 1].lane else _ROW_GAP
        yield y
        y += slot.h


def _lefts(picture: Picture, found: list[Item], columns: list[int]) -> tuple[list[float], float]:
    """The left edge of each column, and the width of all; labels of arrows get room before their column."""
    owner = {name: item.column for item in found for name in (item.id, *item.boxes)}
    labels: dict[int, float] = defaultdict(float)
    for edge in picture.edges:
        if edge.kind is EdgeKind.FORWARDS and edge.target in owner:
            labels[owner[edge.target]] = max(labels[owner[edge.target]], sans(plain(edge.label), CAPTION_SIZE))
    lefts: list[float] = []
    x: float = 0
    for index, column in enumerate(columns):
        if index:
            x += _FORWARD_GAP + labels[column] if column in labels else _GAP
        lefts.append(x)
        x += max(item.w for item in found if item.column == column)
    return lefts, x
