"""What cannot be read: one fault each, word by word, at its place."""

from __future__ import annotations

import pytest

from lvsc.source import SourceFault, read

START = "start with `lvsc: 1`, or let `lvsc init` write a first topology"
MAPPING = "a topology is a mapping that starts with `lvsc: 1`"
MEND = "mend the indentation, quotes or brackets at this place"
PLAIN = "a topology is plain text: remove it"
TAG = "remove the tag"
TABLE: dict[str, tuple[bytes, tuple[int, int], str, str]] = {
    "nothing": (b"", (1, 1), "the file is empty", START),
    "only comments": (b"# one\n# two\n", (1, 1), "the file is empty", START),
    "only a marker": (b"---\n", (1, 1), "the file is empty", START),
    "a list": (b"- a\n- b\n", (1, 1), "the file holds no mapping", MAPPING),
    "a word": (b"hello\n", (1, 1), "the file holds no mapping", MAPPING),
    "not UTF-8": ("a: 1\nb: ä".encode() + b"\xe9\n", (2, 5), "byte 0xe9 is not UTF-8", "save the file as UTF-8"),
    "an encoded surrogate": (b"a: \xed\xa0\x80\n", (1, 4), "byte 0xed is not UTF-8", "save the file as UTF-8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), (1, 1), "the file is UTF-16, not UTF-8", "save the file as UTF-8"),
    "UTF-16 without its mark": (
        "a: 1\n".encode("utf-16-le"), (1, 2), "the file holds the invisible character U+0000", PLAIN,
    ),
    "NUL": (b"a: 1\nb: x\0\n", (2, 5), "the file holds the invisible character U+0000", PLAIN),
    "a control character": (b"a: 1\nb: \x1b[0m\n", (2, 4), "the file holds the invisible character U+001B", PLAIN),
    "DEL": (b"a: \x7f\n", (1, 4), "the file holds the invisible character U+007F", PLAIN),
    "a line separator that hides a key": (
        "a: 1 # \u2028b: 2\n".encode(), (1, 8), "the file holds the invisible character U+2028", PLAIN,
    ),
    "NEL": ("a: 1 # \x85b: 2\n".encode(), (1, 8), "the file holds the invisible character U+0085", PLAIN),
    "a byte order mark inside": (
        "a: 1\n\ufeffb: 2\n".encode(), (2, 1), "the file holds the invisible character U+FEFF", PLAIN,
    ),
    "a tab": (b"a:\n\tb: 1\n", (2, 1), "this is not YAML: a tab stands where spaces must indent", "indent with spaces"),
    "an at sign": (b"a: @x\n", (1, 4), "this is not YAML: no plain value starts with @", "put the value in quotes"),
    "a second document": (
        b"a: 1\n---\nb: 2\n", (2, 1), "a second document starts here", "keep one topology a file, without `---`",
    ),
    "a python tag": (
        b"a: !!python/object/apply:os.system [x]\n", (1, 4),
        "the tag tag:yaml.org,2002:python/object/apply:os.system is not part of the language", TAG,
    ),
    "a tag on a value": (b"a: !secret x\n", (1, 4), "the tag !secret is not part of the language", TAG),
    "a tag on a key": (b"!secret a: x\n", (1, 1), "the tag !secret is not part of the language", TAG),
    "a tag on a mapping": (
        b"a: !!map {b: 1}\n", (1, 4), "the tag tag:yaml.org,2002:map is not part of the language", TAG,
    ),
    "an alias in its own list": (
        b"a: &a [*a]\n", (1, 8), "the alias `a` stands inside what it repeats", "move it out of there",
    ),
    "an alias in its own mapping": (
        b"a: &a {b: {c: *a}}\n", (1, 15), "the alias `a` stands inside what it repeats", "move it out of there",
    ),
    "no such anchor": (b"a: *b\n", (1, 4), "the anchor `b` is not defined before this place", "define it above"),
    "an alias as key": (b"a: &b x\n*b : 1\n", (2, 1), "an alias cannot be a key", "write the key as text"),
    "a list as key": (
        b"? [a, b]\n: 1\n", (1, 3), "a key must be a plain word, not a list or mapping", "write the key as text",
    ),
    "a mapping as key": (
        b"{a: 1}: 2\n", (1, 1), "a key must be a plain word, not a list or mapping", "write the key as text",
    ),
    "a merge of a number": (
        b"a: {<<: 1}\n", (1, 9), "`<<` merges mappings only", "give it an alias: `<<: *name`",
    ),
    "a merge of a list with a number": (
        b"x-a: &a {p: 1}\nb: {<<: [*a, 3]}\n", (2, 5), "`<<` merges mappings only", "give it an alias: `<<: *name`",
    ),
    "a long key": (
        b"a: 1\n? " + b"x" * 2000 + b"\n: 1\n", (2, 3), "this key has 2000 characters, more than 1024", "shorten it",
    ),
    "a value in a value": (
        b"a: b: c\n", (1, 5), "this is not YAML: mapping values are not allowed in this context", MEND,
    ),
    "a bracket too many": (
        b"a: ]\n", (1, 4), "this is not YAML: did not find expected node content (while parsing a block node)", MEND,
    ),
    "an open double quote": (
        b'a: 1\nb: "x\nc: 2\n', (2, 4),
        "this is not YAML: found unexpected end of stream (while scanning a quoted scalar)",
        "close the quote or bracket that opens here",
    ),
    "an open single quote": (
        b"b: 'x\n", (1, 4), "this is not YAML: found unexpected end of stream (while scanning a quoted scalar)",
        "close the quote or bracket that opens here",
    ),
    "an escape for no character": (
        b'a: "\\ud800"\n', (1, 7),
        "this is not YAML: found invalid Unicode character escape code (while parsing a quoted scalar)", MEND,
    ),
    "a directive from the future": (
        b"%YAML 2.0\n---\na: 1\n", (1, 1), "this is not YAML: found incompatible YAML document", MEND,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "place", "message", "remedy"), TABLE.values(), ids=TABLE.keys())
def test_fault(data: bytes, place: tuple[int, int], message: str, remedy: str) -> None:
    with pytest.raises(SourceFault) as caught:
        read("some.yaml", data)
    fault = caught.value
    assert (fault.span.file, (fault.span.line, fault.span.column)) == ("some.yaml", place)
    assert (fault.message, fault.remedy) == (message, remedy)


@pytest.mark.parametrize(
    ("data", "second", "first"),
    [
        (b"a: 1\nb: 2\na: 3\n", (3, 1), (1, 1)),
        (b"x: {a: 1, 'a': 2}\n", (1, 11), (1, 5)),
        (b"x-a: 1\nx-a: 2\n", (2, 1), (1, 1)),
        (b"a: &a {p: 1}\nb: {<<: *a, <<: *a}\n", (2, 13), (2, 5)),
    ],
    ids=["in a block", "in a flow mapping, quoted", "even of notes", "merge keys, which take a list"],
)
def test_a_key_twice_shows_both_places(data: bytes, second: tuple[int, int], first: tuple[int, int]) -> None:
    with pytest.raises(SourceFault) as caught:
        read("f", data)
    fault = caught.value
    assert fault.message.endswith(" stands twice")
    assert fault.remedy == "keep one of the two"
    assert (fault.span.line, fault.span.column) == second
    assert fault.related is not None
    span, text = fault.related
    assert ((span.line, span.column), text) == (first, "it stands here first")


def test_what_was_left_open_shows_both_ends() -> None:
    with pytest.raises(SourceFault) as caught:
        read("f", b"a: [1, 2\nb: 3\n")
    fault = caught.value
    assert fault.message == "this is not YAML: did not find expected ',' or ']' (while parsing a flow sequence)"
    assert (fault.span.line, fault.span.column) == (2, 2)
    assert fault.related is not None
    assert (fault.related[0].line, fault.related[0].column, fault.related[1]) == (1, 4, "it starts here")
