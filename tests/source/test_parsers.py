"""libyaml reads; where it is missing, ruamel.yaml's own parser gives the same tree and places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lvsc.source import Map, Seq, SourceFault, events, read
from tests.conftest import EXAMPLES
from tests.source.test_faults import TABLE as FAULTS
from tests.source.test_places import TABLE as PLACES


def told(node: Any) -> Any:
    """A tree as plain data, with every place."""
    if isinstance(node, Map):
        return {key: (node.key_span(key), node.value_span(key), told(value)) for key, value in node.items()}
    if isinstance(node, Seq):
        return [(node.item_span(index), told(value)) for index, value in enumerate(node)]
    return (type(node).__name__, node)


def by_the_pure_parser(monkeypatch: pytest.MonkeyPatch, data: bytes) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr("lvsc.source.events.fast_parser", lambda: None)
        return told(read("f", data))


def test_libyaml_is_in_use() -> None:
    parser = events.fast_parser()
    assert parser is not None
    assert parser.__module__.endswith("_ruamel_yaml")
    assert type(events.next_event("a: 1").__self__).__name__ == "CParser"  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = path.read_bytes()
    assert by_the_pure_parser(monkeypatch, data) == told(read("f", data))


SAME = {name: text for name, (text, _) in PLACES.items() if name != "an empty value"}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_table_of_places(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_the_pure_parser(monkeypatch, text.encode()) == told(read("f", text.encode()))


def test_an_empty_value_stands_behind_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_the_pure_parser(monkeypatch, b"a:\n\nb: 1\n")["a"][1][1:] == (1, 2, 1, 2)
    assert told(read("f", b"a:\n\nb: 1\n"))["a"][1][1:] == (1, 3, 1, 3)


@pytest.mark.parametrize("data", [data for data, *_ in FAULTS.values()], ids=FAULTS.keys())
def test_table_of_faults(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceFault):
        by_the_pure_parser(monkeypatch, data)


def test_a_huge_escape_is_a_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceFault, match="an escape stands for no character"):
        by_the_pure_parser(monkeypatch, b'a: "\\UFFFFFFFF"\n')
