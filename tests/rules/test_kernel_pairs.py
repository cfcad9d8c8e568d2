"""What the rules claim, in a real kernel: the mistake breaks packets, and its remedy alone mends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lvsc.lab.backend import choose
from lvsc.lab.probes import Probe
from lvsc.lab.rehearsal import rehearse
from lvsc.lab.result import Played
from lvsc.lab.scene import Scene, scene
from lvsc.rules import check
from tests.conftest import site
from tests.lab.conftest import TIME_LIMIT

HERE = Path(__file__).parent
WRONG = sorted(HERE.glob("*/kernel*/wrong.yaml"))
RIGHT = [path.with_name("right.yaml") for path in WRONG]
HAND_MADE = HERE / "port_remap" / "kernel" / "hand_made.yaml"
BY_HAND = (
    ("lvs1", ("ipvsadm", "-a", "-t", "192.0.2.100:80", "-r", "192.0.2.12:8080", "-g")),
    ("lvs1", ("ipvsadm", "-Sn")),
)
SAID = "# In the kernel: "


def played_scene(path: Path) -> Scene:
    """A short play in which the last host listed hears a broadcast first: who makes a mistake comes last."""
    hosts = site(path).hosts
    whole = scene(name(path), hosts)
    rounds = 1 if expected(path) == "fails" else 2
    return replace(whole, probes=tuple(short(probe, rounds) for probe in whole.probes), order=tuple(reversed(hosts)))


def short(probe: Probe, rounds: int) -> Probe:
    """From one address, and with no more patience than it takes; what is to work waits no longer than it must."""
    return replace(probe, sources=probe.sources[:1], rounds=rounds, limit=1.0 if rounds == 1 else probe.limit)


def name(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.parent.name}-{path.stem}"


def expected(path: Path) -> str:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(SAID)
    return first.removeprefix(SAID)


@pytest.fixture(scope="module")
def kernel() -> Mapping[str, Played]:
    """All pairs in one boot, some at a time; those that surprise again, each alone: load loses packets, too."""
    scenes = {name(path): played_scene(path) for path in [*WRONG, *RIGHT]}
    scenes[name(HAND_MADE)] = replace(played_scene(HAND_MADE), commands=BY_HAND)
    found = {played.name: played for played in play(scenes.values(), hands=4)}
    surprises = [path for path in [*WRONG, *RIGHT] if not as_expected(path, found[name(path)])]
    return {**found, **{played.name: played for played in play((scenes[name(path)] for path in surprises), hands=1)}}


def play(scenes: Iterable[Scene], hands: int) -> list[Played]:
    wanted = list(scenes)
    return rehearse(wanted, choose(None, False), TIME_LIMIT, hands=hands) if wanted else []


def as_expected(path: Path, played: Played) -> bool:
    verdicts = [outcome.verdict.value for outcome in played.outcomes]
    if path in WRONG:
        return not played.works and expected(path) in (played.error or verdicts)
    return not played.error and set(verdicts) == {expected(path)} == {"works"}


@pytest.mark.parametrize("path", WRONG, ids=name)
def test_lint_names_the_mistake_and_nothing_else(path: Path) -> None:
    assert {finding.rule for finding in check(site(path))} == {path.parent.parent.name.replace("_", "-")}


@pytest.mark.parametrize("path", RIGHT, ids=name)
def test_lint_is_content_with_the_remedy(path: Path) -> None:
    assert list(check(site(path))) == []


@pytest.mark.parametrize("path", WRONG, ids=name)
def test_the_mistake_breaks_packets(path: Path, kernel: Mapping[str, Played]) -> None:
    assert as_expected(path, kernel[name(path)]), kernel[name(path)]


@pytest.mark.parametrize("path", RIGHT, ids=name)
def test_the_remedy_mends_them(path: Path, kernel: Mapping[str, Played]) -> None:
    assert as_expected(path, kernel[name(path)]), kernel[name(path)]


def test_direct_routing_drops_another_port_without_a_word(kernel: Mapping[str, Played]) -> None:
    (code, said), (_, table) = kernel[name(HAND_MADE)].outputs
    assert (code, said) == (0, "")
    assert table.splitlines()[1:] == [
        "-a -t 192.0.2.100:80 -r 192.0.2.11:80 -g -w 1",
        "-a -t 192.0.2.100:80 -r 192.0.2.12:80 -g -w 1",
    ]
