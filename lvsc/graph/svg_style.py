"""The style sheet of an SVG picture, for light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_SANS = '-apple-system,BlinkMacSystemFont,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif'
_MONO = 'ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace'

# var() is not understood by librsvg, so each theme writes its colours out.
_LIGHT = {
    "paper": "#ffffff",
    "ink": "#1f2328",
    "soft": "#59636e",
    "edge": "#c5ccd4",
    "card": "#ffffff",
    "frame": "#f4f6f9",
    "frame-edge": "#dde2e8",
    "blue": "#0969da",
    "blue-fill": "#eaf3ff",
    "teal": "#1b7c83",
    "teal-fill": "#e6f5f5",
    "wire": "#9aa5b1",
    "dr": "#1a7f37",
    "nat": "#bc4c00",
    "tun": "#8250df",
}
_DARK = {
    "paper": "#0d1117",
    "ink": "#e6edf3",
    "soft": "#9198a1",
    "edge": "#3d444d",
    "card": "#151b23",
    "frame": "#11161d",
    "frame-edge": "#2a313a",
    "blue": "#4493f8",
    "blue-fill": "#12233a",
    "teal": "#39a9b0",
    "teal-fill": "#0e2628",
    "wire": "#5c6672",
    "dr": "#3fb950",
    "nat": "#f0883e",
    "tun": "#ab7df8",
}
_SHAPES = f"""
text {{ font-family: {_SANS}; font-size: 12px; }}
.caption, .label {{ font-size: 10.5px; letter-spacing: 0.02em; }}
.label, .key, .name {{ font-size: 11.5px; }}
.name {{ font-size: 12px; }}
.title {{ font-size: 14px; font-weight: 600; }}
.address {{ font-family: {_MONO}; }}
.detail {{ font-family: {_MONO}; font-size: 11px; }}
.share {{ font-size: 10.5px; stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }}
.card.network {{ stroke-width: 1.25; }}
.card.director {{ stroke-width: 1.5; }}
.faint {{ stroke-dasharray: 5 4; }}
.wire, .forward, .rule {{ fill: none; }}
.wire {{ stroke-width: 1.5; }}
.forward {{ stroke-width: 1.75; }}
"""


def _colours(theme: Mapping[str, str]) -> Iterable[str]:
    yield ".paper { fill: %(paper)s; }" % theme
    yield "text { fill: %(ink)s; }" % theme
    yield ".caption, .label, .key, .detail { fill: %(soft)s; }" % theme
    yield ".card { fill: %(card)s; stroke: %(edge)s; }" % theme
    yield ".frame { fill: %(frame)s; stroke: %(frame-edge)s; }" % theme
    yield ".card.director { stroke: %(blue)s; }" % theme
    yield ".card.vip { fill: %(blue-fill)s; stroke: %(edge)s; }" % theme
    yield ".card.network { fill: %(teal-fill)s; stroke: %(teal)s; }" % theme
    yield ".wire { stroke: %(wire)s; }" % theme
    yield ".rule { stroke: %(edge)s; }" % theme
    yield ".share { stroke: %(paper)s; }" % theme
    for mode in ("dr", "nat", "tun"):
        colour = theme[mode]
        yield f".forward.{mode} {{ stroke: {colour}; }}"
        yield f".caption.{mode}, .share.{mode}, .tip.{mode}, .stripe.{mode} {{ fill: {colour}; }}"


STYLE = "\n".join([_SHAPES.strip(), *_colours(_LIGHT), "@media (prefers-color-scheme: dark) {", *_colours(_DARK), "}"])
