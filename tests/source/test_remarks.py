"""Comments that speak to lvsc, and text that only looks like one."""

from __future__ import annotations

import pytest

from lvsc.source import Outline, read, remarks

TEXT = b"""\
# lvsc: ignore[a] above
one: 1   # lvsc: ignore[b] beside
two: "# lvsc: ignore[c] in quotes"
three: |
  # lvsc: ignore[d] in a block
four: x#lvsc:ignore[e] in a word
five: [1, 2]  #lvsc:ignore[f] tight
"# lvsc: ignore[g] in a key": 1
# lvsc: ignored, it says, but not to lvsc
# lvsc: 1
six: {a: 1,  # lvsc: ignore[h] in a flow mapping
  b: 2}
"""


def test_only_comments_are_found() -> None:
    found = remarks(read("a.yaml", TEXT), TEXT)
    assert [(each.text, each.at[1:3], each.alone) for each in found] == [
        ("ignore[a] above", (1, 1), True),
        ("ignore[b] beside", (2, 10), False),
        ("ignore[f] tight", (7, 15), False),
        ("ignore[h] in a flow mapping", (11, 14), False),
    ]


def test_a_span_is_that_of_the_comment() -> None:
    found = remarks(read("a.yaml", TEXT), TEXT)
    lines = TEXT.decode().splitlines()
    assert [lines[each.at.line - 1][each.at.column - 1 : each.at.end_column - 1] for each in found][1] == (
        "# lvsc: ignore[b] beside"
    )


@pytest.mark.parametrize(
    ("text", "at", "path"),
    [
        (b"a: {b: 1, c: 2}\n", (1, 11), ("a", "c")),
        (b"a:\n  - x\n  - y\n", (3, 5), ("a", "y")),
        (b"a:\n  - {x: 1}\n  - {x: 2}\n", (3, 6), ("a", "1", "x")),
        (b"a: &n {x: 1}\nb: *n\n", (1, 8), ("a", "x")),
        (b"a: 1\n", (1, 1), ("a",)),
    ],
    ids=["a flow mapping", "an item by its value", "an item by its number", "an alias once", "a key"],
)
def test_an_outline_tells_what_stands_where(text: bytes, at: tuple[int, int], path: tuple[str, ...]) -> None:
    root = read("a.yaml", text)
    entry = next(each for each in Outline([root]).entries("a.yaml") if each.start == at and each.path == path)
    assert entry.end >= entry.start


def test_nested_aliases_cost_no_time() -> None:
    lines = ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 15))]
    assert len(Outline([read("a.yaml", "\n".join(lines).encode())]).entries("a.yaml")) < 100
