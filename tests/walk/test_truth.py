"""The walk says of every recorded scenario what a real kernel said: the verdict, and who answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lvsc.snapshot import read_states
from lvsc.walk import walk_case

HERE = Path(__file__).parent
CASES = [path for folder in ("truth", "kept") for path in sorted((HERE / folder).glob("*.json"))]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_walk_agrees_with_the_kernel(path: Path) -> None:
    expected = [ask["x-expect"] for ask in json.loads(path.read_text(encoding="utf-8"))["asks"]]
    walks = walk_case(read_states([path]))
    assert [(walk.verdict.value, set(walk.answers)) for walk in walks] == [
        (each["verdict"], set(each["answers"])) for each in expected
    ]
    # Whoever got no answer was lost somewhere, and the walk says where.
    assert all(talk.lost is not None for walk in walks for talk in walk.talks if talk.answered_by is None)


def test_there_are_as_many_scenarios_as_were_recorded() -> None:
    assert len([path for path in CASES if path.parent.name == "truth"]) == 222
