"""Plain scalars of the YAML 1.2 core schema."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lvsc.source import read

TABLE: list[tuple[str, Any]] = [
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nULL", "nULL"),
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
    ("tRUE", "tRUE"), ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"),
    ("0", 0), ("12", 12), ("-12", -12), ("+12", 12), ("012", 12), ("0o17", 15), ("0x1F", 31), ("0xzz", "0xzz"),
    ("0b11", "0b11"), ("-0x1F", "-0x1F"), ("1_000", "1_000"), ("12:30:45", "12:30:45"), ("190:20", "190:20"),
    ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0), ("1E-3", 0.001), ("1.e2", 100.0),
    (".", "."), ("+", "+"), ("1.2.3", "1.2.3"), ("192.0.2.1", "192.0.2.1"), ("10.0.0.0/8", "10.0.0.0/8"),
    (".inf", math.inf), ("+.inf", math.inf), ("-.inf", -math.inf), (".Inf", math.inf), ("-.INF", -math.inf),
    ("+.Inf", math.inf), ("inf", "inf"), ("nan", "nan"), ("1e", "1e"), ("e3", "e3"),
    ("2001:db8::1", "2001:db8::1"), ("::1", "::1"), ("5s", "5s"), ("2024-01-01", "2024-01-01"), ("=", "="),
    ("web1", "web1"), ("a b", "a b"), ("9" * 64, int("9" * 64)), ("9" * 65, "9" * 65),
    ("'12'", "12"), ('"true"', "true"), ("''", ""), ("!!str 12", "12"), ("! 12", "12"), ("|\n  12", "12\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), TABLE, ids=repr)
def test_scalar(text: str, value: Any) -> None:
    got = read("f", f"a: {text}\n".encode())["a"]
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    assert math.isnan(read("f", f"a: {text}\n".encode())["a"])


@pytest.mark.parametrize("text", ["1", "true", "null", "1.5", "~"])
def test_keys_are_always_text(text: str) -> None:
    assert list(read("f", f"{text}: a\n".encode())) == [text]


def test_yaml_1_1_stays_1_2() -> None:
    assert read("f", b"%YAML 1.1\n---\na: yes\nb: 0o17\n") == {"a": "yes", "b": 15}
