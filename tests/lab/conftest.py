"""Rehearsals that several tests look at, each booted once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from lvsc.lab.backend import choose
from lvsc.lab.rehearsal import rehearse
from lvsc.lab.result import Played
from lvsc.lab.scene import Scene, scene
from lvsc.lower import lower
from lvsc.topology import load
from tests.conftest import BROKEN, EXAMPLES

# Also beside other tests on a slow machine; a boot that hangs is still found.
TIME_LIMIT = 900.0
# Clusters whose files the tools accept, but whose checks no lab can pass.
ACCEPTED = sorted((Path(__file__).parent / "accepted").glob("*.yaml"))
CLUSTERS = sorted((Path(__file__).parent / "clusters").glob("*.yaml"))


def scene_of(path: Path, sample: int | None = None) -> Scene:
    topology = load([(str(path), path.read_bytes())]).topology
    assert topology is not None
    return scene(path.stem, lower(topology), sample)


def play(scenes: Iterable[Scene], hands: int = 1) -> dict[str, Played]:
    """The scenes in as few boots as possible, `hands` at a time: user-mode Linux, and QEMU for what needs nftables."""
    found: dict[str, Played] = {}
    scenes = list(scenes)
    for needs_nft in (False, True):
        group = [each for each in scenes if each.needs_nft is needs_nft]
        if group:
            played = rehearse(group, choose(None, needs_nft), TIME_LIMIT, hands=hands)
            found.update({each.name: each for each in played})
    return found


@pytest.fixture(scope="session")
def rehearsed() -> dict[str, Played]:
    """Every example, right and broken, by name."""
    return play(scene_of(path) for path in [*EXAMPLES, *BROKEN])
