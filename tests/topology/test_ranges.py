"""Ranges in names and addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lvsc.topology.ranges import MAX_RANGE, RangeFault, expand, is_range


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("web1", ["web1"]),
        ("web[1-3]", ["web1", "web2", "web3"]),
        ("web[8-11]", ["web8", "web9", "web10", "web11"]),
        ("web[08-11]", ["web08", "web09", "web10", "web11"]),
        ("web[008-010]x", ["web008x", "web009x", "web010x"]),
        ("web[0-1]", ["web0", "web1"]),
        ("web[5-5]", ["web5"]),
        ("[1-2]", ["1", "2"]),
        ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
        ("r[1-2][0-1]", ["r10", "r11", "r20", "r21"]),
        ("192.0.2.[9-10]", ["192.0.2.9", "192.0.2.10"]),
        ("2001:db8::[9-10]", ["2001:db8::9", "2001:db8::10"]),
    ],
)
def test_expand(text: str, names: list[str]) -> None:
    assert expand(text) == names


@pytest.mark.parametrize(
    "text", ["web[3-1]", "web[1]", "web[1-]", "web[-1]", "web[a-b]", "web[1-2", "web1-2]", "web[[1-2]]", "web[1-2]]",
             "web[]", "web[1-10001]", "web[1-999999999]", "web[0000000001-2]", "w[1-101][1-100]", "w" + "[0-9999]" * 9],
)  # fmt: skip
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(RangeFault):
        expand(text)


def test_the_largest_range() -> None:
    assert len(expand(f"web[1-{MAX_RANGE}]")) == MAX_RANGE
    assert len(expand("web[0-99]-[0-99]")) == MAX_RANGE


@given(st.text(alphabet="web[]-0123456789", max_size=24))
def test_a_range_gives_names_without_brackets_or_a_fault(text: str) -> None:
    try:
        names = expand(text)
    except RangeFault:
        return
    assert 1 <= len(names) <= MAX_RANGE
    assert not any(is_range(name) for name in names)
