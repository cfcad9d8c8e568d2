"""Recorded hosts, built from their state files by the real tools, do what was recorded of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lvsc.lab.answered import PlayedCase
from lvsc.lab.asking import case_needs_nft
from lvsc.lab.backend import choose
from lvsc.lab.rehearsal import rehearse_cases
from lvsc.snapshot import read_states
from tests.conftest import ROOT
from tests.lab.conftest import TIME_LIMIT

TRUTH = ROOT / "tests" / "walk" / "truth"
# Every forwarding method in both families, filters and marks, tunnels, loops, order of broadcasts, deeds between asks.
PLAYED = [
    "dr-good", "dr-noarp-dirfirst", "dr-failover-garp", "dr-fw-stateful-ct1", "dr-vmac", "dr-vlan-parent",
    "dr6-dir2-dad", "dr6-gw-dir-fwd1", "nat-1arm-lan-32-noredir", "nat-client-is-rs-full", "nat6-full-ct1",
    "nat-gw-policy",
    "tun-big-req-far1400", "tun-gue-nocsum", "tun6-vip-before-dip", "tun46-named-ipip6", "fwm-nat-port0", "udp-dr-ops",
    "persist-32",
]  # fmt: skip


def expected(path: Path) -> list[tuple[str, object]]:
    asks: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["asks"]
    return [said(ask["x-expect"]["verdict"], ask["x-expect"]["answers"]) for ask in asks]


def said(verdict: str, answers: Mapping[str, int]) -> tuple[str, object]:
    """Which of several hosts wins a race for the VIP is not asked when other scenes are played beside it."""
    return (verdict, sum(answers.values()) if verdict == "bypass" else dict(answers))


@pytest.fixture(scope="module", params=[False, True], ids=["with ip", "over rtnetlink"])
def played(request: pytest.FixtureRequest) -> Mapping[str, PlayedCase]:
    """All in one boot, some at a time."""
    cases = [read_states([TRUTH / f"{name}.json"]) for name in PLAYED]
    assert not any(map(case_needs_nft, cases))
    played = rehearse_cases(cases, choose(None, False), TIME_LIMIT, hands=4, quick=request.param)
    return {each.name: each for each in played}


@pytest.mark.parametrize("name", PLAYED)
def test_hosts_do_what_was_recorded_of_them(name: str, played: Mapping[str, PlayedCase]) -> None:
    assert played[name].error == ""
    results = [said(each.verdict.value, each.answers) for each in played[name].results]
    assert results == expected(TRUTH / f"{name}.json")


def test_a_filter_of_nftables_needs_it() -> None:
    needing = {path.stem for path in TRUTH.glob("*.json") if case_needs_nft(read_states([path]))}
    marks = {"nft-mark-input-98", "nft-mark-input-100"}
    assert needing == {"nft-arp-in-only", "nft-arp-in-out", "nft-input-drop-98", *marks}
