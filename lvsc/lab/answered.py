"""What became of the asks of a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lvsc.state import Ask, Case
from lvsc.words import Verdict


@dataclass(frozen=True, slots=True)
class Answered:
    """One ask's result: the verdict, connections by answering host, those lost by error, and where they were lost."""

    ask: Ask
    verdict: Verdict
    answers: Mapping[str, int]
    errors: Mapping[str, int]
    deaths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlayedCase:
    """A case's result; `error` says why it could not be built."""

    name: str
    results: tuple[Answered, ...]
    error: str
    seconds: float

    @property
    def works(self) -> bool:
        """Whether every ask was answered through a director."""
        return not self.error and bool(self.results) and all(each.verdict is Verdict.WORKS for each in self.results)


def played_case(case: Case, raw: Mapping[str, Any]) -> PlayedCase:
    """The result of a case from what the guest wrote."""
    results = tuple(_answered(ask, made) for ask, made in zip(case.asks, raw["asks"], strict=False))
    return PlayedCase(case.name, results, raw["error"], raw["seconds"])


def _answered(ask: Ask, made: Sequence[Mapping[str, Any]]) -> Answered:
    answered = [each for each in made if each["answer"]]
    lost = [each for each in made if not each["answer"]]
    if any(each["director"] is None for each in answered):
        verdict = Verdict.BYPASS
    elif not lost:
        verdict = Verdict.WORKS
    else:
        verdict = Verdict.PARTIAL if answered else Verdict.FAILS
    deaths = Counter(map(_death, lost))
    return Answered(
        ask,
        verdict,
        dict(sorted(Counter(str(each["answer"]) for each in answered).items())),
        dict(sorted(Counter(str(each["error"]) for each in lost).items())),
        tuple(f"{count} x {death}" for death, count in deaths.most_common()),
    )


def _death(connection: Mapping[str, Any]) -> str:
    error, reached = connection["error"], connection["reached"]
    if reached:
        return f"{error}: it reached {' and '.join(reached)}, the reply was lost"
    if connection["director"] is None:
        return f"{error}: no director saw it"
    return f"{error}: director {connection['director']} sent it to {connection['server']}, nothing came back"
