"""Schema, models and the validator kept as data accept and refuse the same documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic_core import ValidationError

from lvsc.source import read
from lvsc.topology.spec import model_validator, shape, validator
from lvsc.topology.spec.compiled import SHAPE
from lvsc.topology.spec.patterns import EXPECTED
from lvsc.topology.spec.published import json_schema
from tests.conftest import EXAMPLES, ROOT
from tests.topology.whole import added, at, changed, paths, whole, without

PUBLISHED = ROOT / "schemas" / "topology.schema.json"
SCHEMA = json.loads(PUBLISHED.read_text(encoding="utf-8"))
ANSWERS: tuple[Callable[[Any], Any], ...] = (model_validator(), validator())
BY_SCHEMA = Draft202012Validator(SCHEMA)


def answers(document: Any) -> tuple[bool, bool, bool]:
    """What the published schema, the models and the kept validator say."""
    return BY_SCHEMA.is_valid(document), *(_accepts(validate, document) for validate in ANSWERS)


def _accepts(validate: Callable[[Any], Any], document: Any) -> bool:
    try:
        validate(document)
    except ValidationError:
        return False
    return True


def agreed(document: Any) -> bool:
    said = answers(document)
    assert len(set(said)) == 1, (said, document)
    return said[0]


@cache
def definitions() -> dict[str, Any]:
    return {"": SCHEMA, **SCHEMA["$defs"]}


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == json_schema()


def test_the_kept_validator_is_current() -> None:
    assert SHAPE.read_text(encoding="utf-8") == shape()


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_key_has_a_description() -> None:
    without = [
        f"{name}.{key}"
        for name, definition in definitions().items()
        for key, schema in definition.get("properties", {}).items()
        if not schema.get("description")
    ]
    assert without == []
    assert all(definition.get("description") for definition in definitions().values())


def test_every_pattern_is_explained() -> None:
    used = set(re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', SHAPE.read_text(encoding="utf-8")))
    assert {json.loads(pattern) for pattern in used} == set(EXPECTED)


def test_every_mapping_is_closed() -> None:
    def mappings(schema: Any) -> Iterator[dict[str, Any]]:
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                yield schema
            for value in schema.values():
                yield from mappings(value)
        elif isinstance(schema, list):
            for value in schema:
                yield from mappings(value)

    found = list(mappings(SCHEMA))
    assert len(found) > 40
    assert all(each["additionalProperties"] is False and each["patternProperties"]["^x-"] is True for each in found)


def test_the_whole_document_holds_every_key() -> None:
    keys = {part for path in paths(whole()) for part in path[-1:] if isinstance(part, str)}
    wanted = {key for definition in definitions().values() for key in definition.get("properties", {})}
    assert wanted - keys == set()
    assert agreed(whole())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples(path: Path) -> None:
    assert agreed(read("f", path.read_bytes()))


VALUES: list[Any] = [
    None, True, False, -1, 0, 1, 7, 40, 100, 255, 256, 1500, 65535, 65536, 2147483647, 2147483648, 4294967295,
    4294967296, 10**30, 1.5, -0.5, "", "x", "web1", "web[1-3]", "1", "eth0", "a" * 63, "a" * 64, "ä", "a b", "x-note",
    "192.0.2.1", "192.0.2.0/24", "2001:db8::1", "192.0.2.[1-3]", "default", "5s", "1.5h", "5 s", "10x", "255.255.0.0",
    "80-90", "80-", "tcp", "dr", "wlc", "fallback", "ftp", "A", "/path", 'a"b', "a$b", "net.ipv4.x", "kernel.x",
    [], [None], ["tcp"], ["tcp", "tcp"], [80, "80-90"], ["192.0.2.1", 5], ["web1", "web[1-3]"], ["/bin/true", "a b"],
    {}, {"a": 1}, {"web1": None}, {"web1": {}}, {"web1": {"weight": 5}}, {"1": None}, {"timeout": 5}, {"type": "gre"},
    {"tcp": None}, {"tcp": {}}, {"lan": {"subnet": "192.0.2.0/24"}}, {"eth0": {"network": "lan"}}, {"network": "lan"},
]  # fmt: skip
PLACES = list(paths(whole()))


@pytest.mark.parametrize("index", range(len(VALUES)), ids=lambda index: repr(VALUES[index])[:40])
def test_another_value_at_every_place(index: int) -> None:
    said = [agreed(changed(path, VALUES[index])) for path in _some(index)]
    assert not all(said)


def _some(index: int) -> list[Any]:
    """Every twelfth place, others for each value, and those that stand only once."""
    return PLACES[:30] + PLACES[30 + index % 12 :: 12]


def test_without_each_key() -> None:
    said = {path: agreed(without(path)) for path in PLACES if path}
    refused = {path[-1] for path, accepted in said.items() if not accepted}
    assert {
        "lvsc",
        "vip",
        "interfaces",
        "network",
        "directors",
        "virtual_router_id",
        "members",
        "command",
        "to",
    } <= refused
    assert "weight" not in refused


def test_with_a_key_too_many_at_every_mapping() -> None:
    mappings = [path for path in PLACES if isinstance(at(whole(), path), dict)]
    for path in mappings:
        for key in ("bogus", "1", "Vip", "", "x", "a b", "ä", "web[1-9]"):
            agreed(added(path, key, None))
        assert not agreed(added(path, "bogus!", None))


def test_notes_are_free_in_every_mapping() -> None:
    """`source` takes x- keys out before the models look; the schema lets them pass."""
    for path in [path for path in PLACES if isinstance(at(whole(), path), dict)]:
        document = added(path, "x-note", {"any": ["thing", {"x": 1}]})
        assert BY_SCHEMA.is_valid(document), path
        stripped = read("f", json.dumps(document).encode())
        assert stripped == whole()
        assert all(_accepts(validate, stripped) for validate in ANSWERS)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**33), 2**33),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
    *(st.from_regex(pattern.replace("$", r"\Z"), fullmatch=False) for pattern in EXPECTED),
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])),
    st.sampled_from([value for value in VALUES if isinstance(value, str)]),
)
KEYS = st.one_of(
    st.sampled_from(sorted({key for each in definitions().values() for key in each.get("properties", {})})),
    st.from_regex(r"\A[A-Za-z][A-Za-z0-9_.\[\]-]{0,20}\Z").filter(lambda key: not key.startswith("x-")),
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=5),
).filter(lambda key: not key.startswith("x-"))
ANYTHING = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3), max_leaves=8
)


@given(st.sampled_from(PLACES), ANYTHING)
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_anything_anywhere(path: Any, value: Any) -> None:
    agreed(changed(path, value))


@given(st.sampled_from([path for path in PLACES if isinstance(at(whole(), path), dict)]), KEYS, ANYTHING)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_key_anywhere(path: Any, key: str, value: Any) -> None:
    agreed(added(path, key, value))
