"""Made-up clusters are the same each time, can be written down, and are of every kind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from fidelity.scenes import scene
from fidelity.table import Table
from fidelity.words import Words, document, words, write
from fidelity.world import MODES
from lvsc.lab.answered import Answered
from lvsc.snapshot import case_json, read_states
from lvsc.words import Verdict

SCENES = [scene(1, number) for number in range(300)]


def test_a_seed_and_a_number_give_the_same_scene() -> None:
    assert scene(1, 7) == SCENES[7]
    assert scene(2, 7).case.hosts != SCENES[7].case.hosts


def test_every_kind_is_there() -> None:
    kinds = Counter((one.mode, one.family) for one in SCENES)
    assert set(kinds) == {(mode, family) for mode in MODES for family in (4, 6)}


def test_a_scene_is_read_as_it_was_written(tmp_path: Path) -> None:
    for one in SCENES[:100]:
        said = [Answered(ask, Verdict.FAILS, {}, {"timeout": 4}, ()) for ask in one.case.asks]
        found = document(one, said, said)
        write(tmp_path, found)
        path = tmp_path / f"{one.case.name}.json"
        assert read_states([path]) == one.case
        assert json.loads(path.read_text(encoding="utf-8"))["asks"][0]["x-walk"]["verdict"] == "fails"
        assert case_json(one.case)["name"] == one.case.name


def test_verdicts_and_answering_hosts_are_compared() -> None:
    (one, *_) = SCENES
    ask = one.case.asks[0]
    said = [Answered(ask, Verdict.PARTIAL, {"rs1": 3}, {"timeout": 1}, ())]
    assert words(said) == [Words(Verdict.PARTIAL, frozenset({"rs1"}))]
    table = Table()
    table.add(one, words(said), words(said))
    table.add(one, words(said), [Words(Verdict.WORKS, frozenset({"rs1"}))])
    assert table.text().splitlines()[-2].split() == ["all", "2", "50.00%", "0"]
