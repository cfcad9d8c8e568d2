"""The picture of a cluster as SVG: self-contained, for light and dark, the same bytes for the same picture."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.graph.picture import EdgeKind, Picture
from lvsc.graph.svg_boxes import CAPTION_SIZE, FRAME_HEAD, FRAME_PAD, LINE
from lvsc.graph.svg_cards import cards, rect_at, text_at
from lvsc.graph.svg_layout import Layout, layout
from lvsc.graph.svg_routes import Route, routes
from lvsc.graph.svg_style import STYLE
from lvsc.graph.svg_text import number, sans, xml
from lvsc.words import ForwardingMethod

_MARGIN = 24
_LEGEND_GAP = 28
_LEGEND_ROW = 20
_SAMPLE = 34
_LEGEND = {
    ForwardingMethod.DR: "direct routing: the reply goes straight to the client",
    ForwardingMethod.NAT: "NAT: the reply comes back through the director",
    ForwardingMethod.TUN: "tunnel: to any network, the reply goes straight to the client",
}


def svg(picture: Picture) -> str:
    """The picture as an SVG document."""
    places = layout(picture)
    keys = list(_keys(picture))
    width = max([places.width, *(_key_width(text) for _, text in keys)]) + 2 * _MARGIN
    legend = _legend(keys, width - 2 * _MARGIN, places.height + _LEGEND_GAP)
    height = places.height + 2 * _MARGIN + (legend[1] + _LEGEND_GAP if keys else 0)
    ways = routes(picture, places)
    body = [*_frames(picture, places), *_lines(ways), *cards(picture, places), *_labels(ways), *legend[0]]
    return "".join(f"{line}\n" for line in [*_head(picture, width, height), *body, "</g>", "</svg>"])


def _head(picture: Picture, width: float, height: float) -> Iterator[str]:
    w, h = number(width), number(height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'role="img" aria-labelledby="title desc">'
    )
    yield f'<title id="title">{xml(picture.title)}</title>'
    yield f'<desc id="desc">{xml(described(picture), 4000)}</desc>'
    yield f"<style>{STYLE}</style>"
    yield "<defs>"
    for mode in ForwardingMethod:
        yield (
            f'<marker id="arrow-{mode.value}" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" markerHeight="7" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path class="tip {mode.value}" d="M0,0 8,4 0,8z"/></marker>'
        )
    yield "</defs>"
    yield f'<rect class="paper" width="{w}" height="{h}" rx="10"/>'
    yield f'<g transform="translate({_MARGIN} {_MARGIN})">'


def described(picture: Picture) -> str:
    """What the picture shows, in words, for those who do not see it."""
    named = {node.id: node.title or ", ".join(line.text for line in node.lines if line.text) for node in picture.nodes}
    told = [f"{node.caption or node.kind.value} {named[node.id]}" for node in picture.nodes]
    arrows = [edge for edge in picture.edges if edge.kind is EdgeKind.FORWARDS]
    told += [f"{named.get(edge.source, '')} to {named.get(edge.target, '')} {edge.label}".strip() for edge in arrows]
    return "; ".join(told)


def _frames(picture: Picture, places: Layout) -> Iterator[str]:
    for group in picture.groups:
        if group.id in places.frames:
            rect = places.frames[group.id]
            yield rect_at(rect, f"frame {group.kind.value}", 12)
            if group.label:
                yield text_at(rect.x + FRAME_PAD, rect.y + FRAME_HEAD / 2 + 5, "label", xml(group.label))
            for row, line in enumerate(group.lines):
                y = rect.y + FRAME_HEAD / 2 + 5 + LINE * (row + 1)
                yield text_at(rect.x + FRAME_PAD, y, "label address", xml(line))


def _lines(found: list[Route]) -> Iterator[str]:
    yield from (f'<path class="wire" d="{route.path}"/>' for route in found if route.edge.kind is EdgeKind.ATTACHED)
    yield from (_arrow(route) for route in found if route.edge.kind is EdgeKind.FORWARDS)


def _arrow(route: Route) -> str:
    mode = route.edge.mode.value if route.edge.mode else "dr"
    faint = " faint" if route.edge.faint else ""
    return f'<path class="forward {mode}{faint}" marker-end="url(#arrow-{mode})" d="{route.path}"/>'


def _labels(found: list[Route]) -> Iterator[str]:
    """The labels of arrows, last: their halo covers the lines behind them."""
    for route in found:
        if route.edge.kind is EdgeKind.FORWARDS and route.edge.label:
            mode = route.edge.mode.value if route.edge.mode else "dr"
            yield text_at(route.label_x, route.label_y, f"share {mode}", xml(route.edge.label), "end")


def _keys(picture: Picture) -> Iterator[tuple[str, str]]:
    """The classes of lines in use, and what they mean."""
    modes = {edge.mode for edge in picture.edges if edge.kind is EdgeKind.FORWARDS}
    yield from ((f"forward {mode.value}", text) for mode, text in _LEGEND.items() if mode in modes)
    if any(edge.kind is EdgeKind.ATTACHED for edge in picture.edges):
        yield "wire", "plugged in"


def _legend(keys: list[tuple[str, str]], width: float, y: float) -> tuple[list[str], float]:
    """The legend below the picture, and its height."""
    found: list[str] = []
    x, row = 0.0, 0
    for style, text in keys:
        if x and x + _key_width(text) > width:
            x, row = 0.0, row + 1
        at = y + row * _LEGEND_ROW + _LEGEND_ROW / 2
        found.append(f'<path class="{style}" d="M{number(x)},{number(at)}h{_SAMPLE}"/>')
        found.append(text_at(x + _SAMPLE + 8, at + 4, "key", xml(text)))
        x += _key_width(text)
    return found, (row + 1) * _LEGEND_ROW


def _key_width(text: str) -> float:
    return _SAMPLE + 8 + sans(text, CAPTION_SIZE + 1) + 20
