"""Whatever the bytes, the reader gives a mapping or one fault."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lvsc.source import Map, Seq, SourceFault, Span, read
from tests.conftest import EXAMPLES

ALPHABET = st.sampled_from([*"ab:-?[]{},&*!|>'\"%@`#\n\n \t~<=.0123456789", "- ", ": ", "\r\n", "é", "😀", "x-", "<<"])
PIECES = st.lists(
    st.sampled_from(
        [": ", "- ", "? ", "\n", "\n  ", "[", "]", "{", "}", ", ", "&a ", "*a", "<<: ", "a", "b: ", "x-n: ", "!!str ",
         "!x ", "'", '"', "|\n", ">-\n", "#", "---\n", "...\n", "%YAML 1.2\n", "\t", "\\x", "\0", "\x85", "\ufeff"]
    )
)  # fmt: skip
EXAMPLE_BYTES = [path.read_bytes() for path in EXAMPLES]
FAST = settings(deadline=10_000, suppress_health_check=list(HealthCheck))


def check(data: bytes) -> None:
    """Only SourceFault is raised; every place of what is read lies in the text."""
    try:
        root = read("f", data)
    except SourceFault as fault:
        said = fault
    else:
        walk(root, data)
        return
    assert said.message
    assert said.remedy
    inside(said.span, data)


def walk(node: Map | Seq, data: bytes) -> None:
    if isinstance(node, Map):
        for key in node:
            inside(node.key_span(key), data)
            inside(node.value_span(key), data)
    for index, value in enumerate(node.values() if isinstance(node, Map) else node):
        if isinstance(node, Seq):
            inside(node.item_span(index), data)
        if isinstance(value, (Map, Seq)):
            walk(value, data)


def inside(span: Span, data: bytes) -> None:
    assert 1 <= span.line <= span.end_line <= data.count(b"\n") + data.count(b"\r") + 2
    assert span.column >= 1
    assert (span.line, span.column) <= (span.end_line, span.end_column)


@given(st.text())
@settings(FAST, max_examples=300)
@example("a: \ud800".encode("utf-8", "surrogatepass").decode("latin-1"))
def test_any_text(text: str) -> None:
    check(text.encode())


@given(st.lists(ALPHABET).map("".join))
@settings(FAST, max_examples=800)
def test_text_of_the_characters_that_yaml_gives_a_meaning(text: str) -> None:
    check(text.encode())


@given(PIECES.map("".join))
@settings(FAST, max_examples=800)
def test_pieces_of_yaml(text: str) -> None:
    check(text.encode())


@given(st.binary())
@settings(FAST, max_examples=300)
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.sampled_from(EXAMPLE_BYTES), st.randoms(use_true_random=False), st.integers(1, 8))
@settings(FAST, max_examples=300)
def test_mutated_examples(data: bytes, chance: random.Random, times: int) -> None:
    check(mutated(data, chance, times))


@given(PIECES.map("".join))
@settings(FAST, max_examples=300)
def test_the_pure_parser_on_pieces(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lvsc.source.events.fast_parser", lambda: None)
        check(text.encode())


@given(st.sampled_from(EXAMPLE_BYTES), st.randoms(use_true_random=False), st.integers(1, 8))
@settings(FAST, max_examples=60)
def test_the_pure_parser_on_mutated_examples(data: bytes, chance: random.Random, times: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lvsc.source.events.fast_parser", lambda: None)
        check(mutated(data, chance, times))


def mutated(data: bytes, chance: random.Random, times: int) -> bytes:
    """The bytes with pieces cut, doubled, moved or replaced."""
    bytes_ = bytearray(data)
    for _ in range(times):
        start = chance.randrange(len(bytes_) + 1)
        end = min(len(bytes_), start + chance.randrange(1, 20))
        piece = bytes_[start:end]
        other = chance.randrange(len(bytes_) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            del bytes_[start:end]
        elif kind == 1:
            bytes_[other:other] = piece
        elif kind == 2:
            bytes_[start:end] = bytes(chance.randrange(256) for _ in piece)
        else:
            bytes_[start:start] = chance.choice(
                [b": ", b"- ", b"[", b"}", b"*a", b"&a ", b"\n", b"'", b'"', b"#", b"\t"]
            )
    return bytes(bytes_)
