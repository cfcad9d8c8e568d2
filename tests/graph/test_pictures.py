"""Pictures: complete, without overlaps, safe from the names in them, the same every time, quick."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from lvsc.graph.dot import dot
from lvsc.graph.mermaid import mermaid
from lvsc.graph.network import to_networkx
from lvsc.graph.picture import Edge, EdgeKind, Group, GroupKind, Line, Node, NodeKind, Picture
from lvsc.graph.picture_make import picture
from lvsc.graph.svg import svg
from lvsc.graph.svg_layout import layout
from lvsc.lower import lower
from lvsc.state import Hosts
from lvsc.topology import Topology, load
from lvsc.words import ForwardingMethod

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
DRAWINGS = (svg, mermaid, dot)
HOSTILE = (
    '"]; click n1 "javascript:alert(1)"',
    "<script>alert(1)</script>",
    "--> n2",
    'first\nclick n1 "x"\r\nend',
    "`**bold**` __init__",
    '\\" \\N \\',
    "&quot; #quot; ]]>",
    "%%{init: {}}%%",
    "\x00\x1b\u202e\ufffe",
    "x" * 5000,
    "",
)

examples = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
drawings = pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)


def _read(text: bytes) -> tuple[Topology, Hosts]:
    loaded = load([("lvsc.yaml", text)])
    assert loaded.topology is not None, loaded.findings
    return loaded.topology, lower(loaded.topology)


def _drawn(path: Path) -> Picture:
    return picture(*_read(path.read_bytes()))


def _hostile() -> Picture:
    kinds = list(NodeKind)
    nodes = tuple(
        Node(f'id"{text}{index}', kinds[index % len(kinds)], text, index % 6, text, (Line(text, text),), index % 2 == 0)
        for index, text in enumerate(HOSTILE)
    )
    edges = tuple(
        Edge(one.id, other.id, EdgeKind.FORWARDS, one.title, ForwardingMethod.DR)
        for one, other in combinations(nodes, 2)
    )
    group = Group('g"]', GroupKind.REAL_SERVERS, HOSTILE[0], (nodes[5].id,), (HOSTILE[1],))
    return Picture(HOSTILE[0], nodes, edges, (group,))


def _large(servers: str, vips: int = 1) -> bytes:
    """A thousand services and two hundred real servers; `servers` says who serves what."""
    random = Random(7)
    some: Callable[[int], str] = {
        "all": lambda index: '"web[001-200]"',
        "one each": lambda index: f"web{index % 200 + 1:03d}",
        "five at random": lambda index: ", ".join(f"web{number:03d}" for number in random.sample(range(1, 201), 5)),
    }[servers]
    lines = [
        "lvsc: 1",
        "networks: {lan: {subnet: 10.0.0.0/16, gateway: 10.0.0.1}}",
        "directors: {lvs1: {interfaces: {eth0: {network: lan, address: 10.0.0.2}}}}",
        'real_servers: {"web[001-200]": {interfaces: {eth0: {network: lan, address: "10.0.1.[1-200]"}}}}',
        "vips:",
        *(f"  v{index}: {{address: 10.0.2.{index + 1}}}" for index in range(vips)),
        "services:",
    ]
    for index in range(1000):
        service = f"vip: v{index % vips}, port: {index + 1000}, mode: dr, scheduler: wlc, real_servers: [{some(index)}]"
        lines.append(f"  s{index}: {{{service}}}")
    return "\n".join(lines).encode()


@examples
def test_svg_is_xml_with_every_label(path: Path) -> None:
    found = _drawn(path)
    root = ET.fromstring(svg(found))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for node in found.nodes:
        for label in (node.title, node.caption, *(part for line in node.lines for part in line)):
            assert not label or label in texts
    for edge in found.edges:
        assert not edge.label or edge.label in texts
    assert root.findtext("{http://www.w3.org/2000/svg}title") == found.title
    assert root.findtext("{http://www.w3.org/2000/svg}desc")


@examples
def test_every_host_vip_and_service_is_in_the_picture(path: Path) -> None:
    topology, hosts = _read(path.read_bytes())
    found = picture(topology, hosts)
    counts = {kind: sum(node.count for node in found.nodes if node.kind is kind) for kind in NodeKind}
    assert counts[NodeKind.DIRECTOR] == len(topology.directors)
    assert counts[NodeKind.REAL_SERVER] == len(topology.real_servers)
    assert counts[NodeKind.VIP] == len(topology.vips)
    assert counts[NodeKind.SERVICES] == len(topology.services)
    assert counts[NodeKind.CLIENT] + counts[NodeKind.ROUTER] == len(hosts) - len(topology.directors) - len(
        topology.real_servers
    )


@examples
def test_no_two_boxes_overlap(path: Path) -> None:
    _assert_apart(_drawn(path))


def test_no_two_boxes_of_a_hostile_picture_overlap() -> None:
    _assert_apart(_hostile())


def _assert_apart(drawn: Picture) -> None:
    places = layout(drawn)
    assert places.boxes.keys() == {node.id for node in drawn.nodes}
    for found in (places.boxes, places.frames):
        for (one, a), (other, b) in combinations(found.items(), 2):
            apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y + 0.01 or b.bottom <= a.y + 0.01
            assert apart, (one, other)
    for group in drawn.groups:
        frame = places.frames[group.id]
        for box in (places.boxes[name] for name in group.members):
            assert frame.x <= box.x <= box.right <= frame.right
            assert frame.y <= box.y <= box.bottom <= frame.bottom


@examples
def test_lines_that_pass_a_column_pass_no_box_there(path: Path) -> None:
    places = layout(_drawn(path))
    for lane in (lane for lanes in places.lanes.values() for lane in lanes):
        for box in (*places.boxes.values(), *places.frames.values()):
            over = lane.x < box.right and box.x < lane.right
            assert not over or lane.bottom <= box.y or box.bottom <= lane.y


@drawings
@examples
def test_the_same_picture_is_drawn_in_the_same_bytes(path: Path, draw: Callable[[Picture], str]) -> None:
    assert draw(_drawn(path)) == draw(_drawn(path))


@examples
def test_mermaid_ids_are_unique_and_its_own(path: Path) -> None:
    lines = mermaid(_drawn(path)).splitlines()
    ids = [found[1] for line in lines if (found := re.match(r"\s*(n\d+)[\[(]", line))]
    frames = [found[1] for line in lines if (found := re.match(r"\s*subgraph (g\d+)\[", line))]
    assert len(ids) == len(set(ids)) == len(_drawn(path).nodes)
    assert len(frames) == len(set(frames)) == lines.count("  end")


_LABEL = r'"(?:[A-Za-z0-9 .,:/()…–·]|#\d+;|<br/>)*"'
_MERMAID = (
    r"flowchart LR",
    r'%%\{init: \{"flowchart": \{"subGraphTitleMargin": \{"bottom": \d+\}\}\}\}%%',
    r"  classDef [a-z_]+ [a-z-]+:[#0-9a-f ]+",
    rf"\s+n\d+(?:\[{_LABEL}\]|\(\[{_LABEL}\]\)):::[a-z_]+",
    rf"  subgraph g\d+\[{_LABEL}\]",
    r"  end",
    r"  class n\d+ faint",
    rf"  [ng]\d+ (?:---|-->|-\.->)(?:\|{_LABEL}\|)? [ng]\d+",
    r"  linkStyle [\d,]+ stroke:#[0-9a-f]{6},stroke-width:2px",
)


@pytest.mark.parametrize(
    "drawn", [_hostile(), *map(_drawn, EXAMPLES)], ids=["hostile", *(path.stem for path in EXAMPLES)]
)
def test_mermaid_has_nothing_but_known_lines(drawn: Picture) -> None:
    for line in mermaid(drawn).splitlines():
        assert any(re.fullmatch(known, line) for known in _MERMAID), line


_STRING = r'"(?:[^"\\\n]|\\.)*"'
_VALUE = rf"(?:{_STRING}|\w+)"
_LIST = rf"\[(?:\w+={_VALUE}(?:,\s+)?)+\]"
_DOT = rf"(?:graph|node|edge|n\d+ -> n\d+|n\d+)(?: {_LIST})?|digraph cluster \{{|subgraph cluster_g\d+ \{{|\}}"


@pytest.mark.parametrize(
    "drawn", [_hostile(), *map(_drawn, EXAMPLES)], ids=["hostile", *(path.stem for path in EXAMPLES)]
)
def test_dot_has_nothing_but_known_statements(drawn: Picture) -> None:
    text = dot(drawn)
    rest = re.sub(_DOT, "", text)
    assert rest.strip() == ""
    known = set(re.findall(r"^\s+(n\d+) \[", text, re.MULTILINE))
    assert len(known) == len(drawn.nodes)
    assert {end for pair in re.findall(r"(n\d+) -> (n\d+)", text) for end in pair} <= known


def test_dot_takes_neither_entities_nor_escapes_from_a_label() -> None:
    text = dot(Picture("", (Node("a", NodeKind.CLIENT, '\\N&lt;"', 0),)))
    assert 'label="\\\\N&amp;lt;\\""' in text


def test_svg_of_a_hostile_picture_has_only_our_elements() -> None:
    root = ET.fromstring(svg(_hostile()))
    names = {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()}
    assert names == {"svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text"}
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


@drawings
def test_an_empty_picture_can_be_drawn(draw: Callable[[Picture], str]) -> None:
    assert draw(Picture("nothing", ()))


@pytest.mark.parametrize("servers", ["all", "one each", "five at random"])
@pytest.mark.parametrize("vips", [1, 40], ids=["one VIP", "forty VIPs"])
def test_a_large_cluster_is_a_small_picture(servers: str, vips: int) -> None:
    topology, hosts = _read(_large(servers, vips))
    start = time.process_time()
    found = picture(topology, hosts)
    for draw in DRAWINGS:
        draw(found)
    assert time.process_time() - start < 2
    assert len(found.nodes) < 200
    assert sum(node.count for node in found.nodes if node.kind is NodeKind.SERVICES) == 1000
    assert sum(node.count for node in found.nodes if node.kind is NodeKind.REAL_SERVER) == 200
    _assert_apart(found)


def test_real_servers_of_one_shape_are_one_box() -> None:
    drawn = _drawn(next(path for path in EXAMPLES if path.stem == "dr-ranges"))
    titles = [node.title for node in drawn.nodes if node.kind is NodeKind.REAL_SERVER]
    assert titles == ["web001 … web020 (20)", "web021 … web040 (20)", "web041 … web200 (160)"]


def test_a_backup_director_is_faint_and_in_the_frame_of_its_group() -> None:
    drawn = _drawn(next(path for path in EXAMPLES if path.stem == "dr-pair"))
    directors = {node.title: node for node in drawn.nodes if node.kind is NodeKind.DIRECTOR}
    assert (directors["lvs1"].faint, directors["lvs2"].faint) == (False, True)
    frame = next(group for group in drawn.groups if group.kind is GroupKind.DIRECTORS)
    assert frame.label == "failover edge · virtual router 61"
    assert {directors["lvs1"].id, directors["lvs2"].id} < set(frame.members)


def test_networkx_of_the_smallest_cluster() -> None:
    graph = to_networkx(*_read(next(path for path in EXAMPLES if path.stem == "dr-minimal").read_bytes()))
    assert sorted(graph.nodes) == [
        "host:internet",
        "host:lvs1",
        "host:upstream",
        "host:web1",
        "host:web2",
        "network:behind-upstream-internet",
        "network:lan",
        "service:http",
        "subnet:lan:192.0.2.0/24",
        "vip:web",
    ]
    kinds = sorted((data["kind"], *sorted((one, other))) for one, other, data in graph.edges(data=True))
    hosts = ("host:lvs1", "host:upstream", "host:web1", "host:web2")
    assert kinds == [
        ("attached", "host:internet", "network:behind-upstream-internet"),
        ("attached", "host:lvs1", "network:lan"),
        ("attached", "host:upstream", "network:behind-upstream-internet"),
        *(("attached", host, "network:lan") for host in hosts[1:]),
        ("forwards", "host:web1", "service:http"),
        ("forwards", "host:web2", "service:http"),
        ("has-subnet", "network:lan", "subnet:lan:192.0.2.0/24"),
        ("holds", "host:lvs1", "vip:web"),
        *(("in-subnet", host, "subnet:lan:192.0.2.0/24") for host in hosts),
        ("in-subnet", "subnet:lan:192.0.2.0/24", "vip:web"),
        ("serves", "service:http", "vip:web"),
    ]
    assert graph.edges["service:http", "host:web1"] == {"kind": "forwards", "mode": "dr", "weight": 1, "port": None}
    assert graph.nodes["host:lvs1"] == {"kind": "host", "label": "lvs1", "role": "director", "managed": True}


def test_networkx_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, lvsc.graph.network; sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
