"""Every key and value knows its place: checked against the text that stands there."""

from __future__ import annotations

import pytest

from lvsc.source import Map, Seq, Span, place, read
from lvsc.source.reader import _STRAY

HERE = Span("f", 1, 1, 1, 2)


def cut(text: str, span: Span) -> str:
    """What stands at the span."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1][: span.end_column - 1]
    return "\n".join([first, *lines[span.line : span.end_line - 1], last])


def walked(text: str, node: Map | Seq) -> dict[str, tuple[str, str]]:
    """Each path with the text of its key (or item) and of its value."""
    found: dict[str, tuple[str, str]] = {}
    items = node.items() if isinstance(node, Map) else enumerate(node)
    for key, value in items:
        if isinstance(node, Map):
            found[str(key)] = (cut(text, node.key_span(str(key))), cut(text, node.value_span(str(key))))
        else:
            assert isinstance(key, int)
            found[str(key)] = (cut(text, node.item_span(key)), cut(text, node.item_span(key)))
        if isinstance(value, (Map, Seq)):
            found.update({f"{key}.{path}": seen for path, seen in walked(text, value).items()})
    return found


TABLE = {
    "a block mapping": ("a: 1\nbb: text here\n", {"a": ("a", "1"), "bb": ("bb", "text here")}),
    "an indented mapping is shown by its key": (
        "a:\n  b: 1\n",
        {"a": ("a", "a"), "a.b": ("b", "1")},
    ),
    "flow mappings and lists": (
        "a: {b: 1, c: [x, y]}\n",
        {
            "a": ("a", "a"),
            "a.b": ("b", "1"),
            "a.c": ("c", "c"),
            "a.c.0": ("x", "x"),
            "a.c.1": ("y", "y"),
        },
    ),
    "a flow mapping over several lines": (
        "a: {\n  b: 1,\n  'c d': 2\n}\n",
        {"a": ("a", "a"), "a.b": ("b", "1"), "a.c d": ("'c d'", "2")},
    ),
    "a block list": (
        "a:\n  - x\n  - b: 1\n",
        {"a": ("a", "a"), "a.0": ("x", "x"), "a.1": ("", ""), "a.1.b": ("b", "1")},
    ),
    "quotes belong to the place": ("\"a\": '1'\n", {"a": ('"a"', "'1'")}),
    "an empty value": ("a:\nb: 1\n", {"a": ("a", ""), "b": ("b", "1")}),
    "an anchor and its alias": (
        "a: &x 1\nb: *x\n",
        {"a": ("a", "&x 1"), "b": ("b", "*x")},
    ),
    "an anchor on a key": ("&x a: 1\nb: *x\n", {"a": ("&x a", "1"), "b": ("b", "*x")}),
    "an aliased mapping points to where it is written": (
        "a: &x {p: 1}\nb: *x\n",
        {"a": ("a", "a"), "a.p": ("p", "1"), "b": ("b", "b"), "b.p": ("p", "1")},
    ),
    "a merge key points to where it is written": (
        "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n",
        {
            "a": ("a", "a"),
            "a.p": ("p", "1"),
            "a.q": ("q", "2"),
            "b": ("b", "b"),
            "b.q": ("q", "3"),
            "b.p": ("p", "1"),
        },
    ),
    "a folded scalar": ("a: >\n  one\n  two\nb: 1\n", {"a": ("a", ">\n  one\n  two\n"), "b": ("b", "1")}),
    "a quoted scalar over two lines": ('a: "one\n  two"\nb: 1\n', {"a": ("a", '"one\n  two"'), "b": ("b", "1")}),
    "CRLF": ("a: 1\r\nb:\r\n  - x\r\n", {"a": ("a", "1"), "b": ("b", "b"), "b.0": ("x", "x")}),
    "CR alone": ("a: 1\rb: 2\r", {"a": ("a", "1"), "b": ("b", "2")}),
    "columns count characters": (
        "ä: {größe: 'ß', 😀: 名}\n",
        {"ä": ("ä", "ä"), "ä.größe": ("größe", "'ß'"), "ä.😀": ("😀", "名")},
    ),
    "x- keys are not there": (
        "x-a: &x {p: 1}\nb: {x-note: [1, 2], c: *x}\n",
        {"b": ("b", "b"), "b.c": ("c", "c"), "b.c.p": ("p", "1")},
    ),
    "comments and blank lines": ("# one\n\na: 1 # two\n  # three\nb: 2\n", {"a": ("a", "1"), "b": ("b", "2")}),
    "an explicit key": ("? a\n: 1\n", {"a": ("a", "1")}),
    "one document with its marker": ("---\na: 1\n...\n", {"a": ("a", "1")}),
}


@pytest.mark.parametrize(("text", "expected"), TABLE.values(), ids=TABLE.keys())
def test_places(text: str, expected: dict[str, tuple[str, str]]) -> None:
    assert walked(text, read("f", text.encode())) == expected


def test_a_byte_order_mark_takes_no_column() -> None:
    root = read("f", b"\xef\xbb\xbfa: 1\n")
    assert root.key_span("a") == Span("f", 1, 1, 1, 2)
    assert root.value_span("a") == Span("f", 1, 4, 1, 5)


def test_merge_order() -> None:
    text = "x-a: &a {p: 1, q: 1}\nx-b: &b {q: 2, r: 2}\nc: {r: 3, <<: [*a, *b]}\n"
    root = read("f", text.encode())
    assert root == {"c": {"r": 3, "p": 1, "q": 1}}
    assert root["c"].key_span("q") == Span("f", 1, 16, 1, 17)


def test_merge_of_a_merge() -> None:
    root = read("f", b"a: &a {p: 1}\nb: &b {<<: *a, q: 2}\nc: {<<: *b}\n")
    assert root["c"] == {"q": 2, "p": 1}
    assert root["c"].value_span("p") == Span("f", 1, 11, 1, 12)


def test_a_merge_key_at_the_top() -> None:
    assert read("f", b"x-a: &a {p: 1}\n<<: *a\nq: 2\n") == {"q": 2, "p": 1}


def test_anchors_inside_x_keys_can_be_used() -> None:
    assert read("f", b"x-a: {deep: [&v 7]}\nb: *v\n") == {"b": 7}


def test_the_mapping_itself_starts_somewhere() -> None:
    assert read("f", b"\n\na: 1\n").span[:3] == ("f", 3, 1)


@pytest.mark.parametrize(
    ("path", "span"),
    [
        (("a", "b", 1), Span("f", 1, 12, 1, 13)),
        (("a", "b", 9), Span("f", 1, 5, 1, 6)),
        (("a", "nothing", "below"), Span("f", 1, 1, 1, 2)),
        (("nothing",), Span("f", 9, 9, 9, 9)),
        ((), Span("f", 9, 9, 9, 9)),
        (("c", "x"), Span("f", 2, 4, 2, 5)),
        (("a", "b", "y"), Span("f", 1, 12, 1, 13)),
    ],
    ids=["an item", "no such item", "no such key", "nothing at all", "no path", "below a scalar", "an item by value"],
)
def test_place_gives_the_deepest_part_there_is(path: tuple[str | int, ...], span: Span) -> None:
    assert place(read("f", b"a: {b: [x, y]}\nc: 1\n"), path, Span("f", 9, 9, 9, 9)) == span


def test_place_below_nothing_is_the_fallback() -> None:
    assert place(None, ("a",), HERE) == HERE


def test_stray_characters_are_those_that_yaml_forbids_or_reads_in_two_ways() -> None:
    stray = {code for code in range(0x10000) if _STRAY.match(chr(code))}
    allowed = {0x9, 0xA, 0xD}
    forbidden = {*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF} - allowed
    assert stray == forbidden
