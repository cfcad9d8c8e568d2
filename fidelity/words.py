"""What the kernel and the walk said of a case, side by side, and as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from fidelity.scenes import Scene
from lvsc.snapshot import case_json, json_text
from lvsc.words import Verdict


class Said(Protocol):
    """What is said of one ask."""

    @property
    def verdict(self) -> Verdict:
        """What became of it."""

    @property
    def answers(self) -> Mapping[str, int]:
        """Who answered how many connections."""


class Words(NamedTuple):
    """A verdict, and the hosts that answered: what is compared."""

    verdict: Verdict
    hosts: frozenset[str]


def words(said: Sequence[Said]) -> list[Words]:
    """What is compared of each ask."""
    return [Words(each.verdict, frozenset(each.answers)) for each in said]


def document(scene: Scene, kernel: Sequence[Said], walk: Sequence[Said] | None = None) -> dict[str, Any]:
    """The case with what was said beside each ask, in keys that a reader of states ignores."""
    found = case_json(scene.case)
    asks = [
        {**ask, "x-expect": _plain(one), **({"x-walk": _plain(walk[index])} if walk else {})}
        for index, (ask, one) in enumerate(zip(found["asks"], kernel, strict=True))
    ]
    notes = {"x-mode": scene.mode, "x-family": scene.family, "x-notes": list(scene.notes)}
    return {"version": found["version"], "name": found["name"], **notes, **found, "asks": asks}


def _plain(said: Said) -> dict[str, Any]:
    plain: dict[str, Any] = {"verdict": said.verdict.value, "answers": dict(said.answers)}
    for key in ("errors", "deaths"):
        if getattr(said, key, None):
            value = getattr(said, key)
            plain[key] = dict(value) if isinstance(value, Mapping) else list(value)
    return plain


def write(folder: Path, found: dict[str, Any]) -> None:
    """One file a case."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{found['name']}.json").write_text(json_text(found), encoding="utf-8")


def line(found: dict[str, Any]) -> str:
    """The document as one line of a file of many."""
    return json.dumps(found) + "\n"
