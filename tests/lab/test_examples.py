"""Every example works in a real kernel, from the files that lvsc emits; every broken twin does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lvsc.graph import cluster
from lvsc.lab.result import Played
from lvsc.lower import lower
from lvsc.rules import Site, check
from lvsc.topology import load
from lvsc.words import Verdict
from tests.conftest import BROKEN, EXAMPLES

# Of each broken twin: the rule, the line that holds the mistake, and what packets show.
MISTAKES = {
    "dr-answers-arp": ("real-server-answers-arp", r"arp_ignore: (0)", Verdict.BYPASS),
    "nat-former-gateway": ("nat-reply-bypasses-director", r"gateway: (10\.0\.0\.254)\}$", Verdict.PARTIAL),
    "tun-reverse-path": ("reverse-path-drops-tunnel", r"lvsc-ipip\.rp_filter: (1)", Verdict.PARTIAL),
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_service_is_answered_by_every_real_server_with_weight(
    example: Path, rehearsed: dict[str, Played]
) -> None:
    played = rehearsed[example.stem]
    assert played.error == ""
    assert played.outcomes
    for outcome in played.outcomes:
        assert outcome.verdict is Verdict.WORKS, (outcome.probe.name, outcome.deaths)
        assert outcome.silent == (), outcome.probe.name


def test_every_broken_twin_is_described_here() -> None:
    assert sorted(MISTAKES) == [path.stem for path in BROKEN]


@pytest.mark.parametrize("example", BROKEN, ids=lambda path: path.stem)
def test_lint_finds_the_mistake_at_its_place(example: Path) -> None:
    rule, pattern, _ = MISTAKES[example.stem]
    loaded = load([(str(example), example.read_bytes())])
    assert loaded.topology is not None
    hosts = lower(loaded.topology)
    (finding,) = check(Site(loaded.topology, hosts, cluster(hosts)))
    (line, column) = place(example.read_text(encoding="utf-8"), pattern)
    assert (finding.rule, finding.at.line, finding.at.column) == (rule, line, column)


def place(text: str, pattern: str) -> tuple[int, int]:
    """Line and column, from 1, of the pattern's group."""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(pattern, line)
        if found:
            return number, found.start(1) + 1
    raise AssertionError(f"no {pattern}")


@pytest.mark.parametrize("example", BROKEN, ids=lambda path: path.stem)
def test_the_mistake_breaks_packets(example: Path, rehearsed: dict[str, Played]) -> None:
    played = rehearsed[example.stem]
    assert played.error == ""
    assert MISTAKES[example.stem][2] in {outcome.verdict for outcome in played.outcomes}
    assert not played.works
