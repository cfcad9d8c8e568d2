"""What a rehearsal showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lvsc.lab.probes import Probe
from lvsc.words import Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """One probe's result: the verdict, connections by real server, and where the lost ones died."""

    probe: Probe
    verdict: Verdict
    answers: Mapping[str, int]
    deaths: tuple[str, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Real servers with weight that answered nothing."""
        return tuple(name for name in self.probe.expected if name not in self.answers)


@dataclass(frozen=True, slots=True)
class Played:
    """A scene's result; `error` says why it could not be built; `outputs` are exit codes and texts of its commands."""

    name: str
    outcomes: tuple[Outcome, ...]
    outputs: tuple[tuple[int, str], ...]
    error: str
    seconds: float

    @property
    def works(self) -> bool:
        """Whether every client was answered by every service, through a director."""
        return (
            not self.error
            and bool(self.outcomes)
            and all(outcome.verdict is Verdict.WORKS for outcome in self.outcomes)
        )


def played(probes: Sequence[Probe], raw: Mapping[str, Any]) -> Played:
    """The result of a scene from what the guest wrote."""
    outcomes = tuple(outcome(probe, said["rounds"]) for probe, said in zip(probes, raw["probes"], strict=False))
    outputs = tuple((code, text) for code, text in raw["outputs"])
    return Played(raw["name"], outcomes, outputs, raw["error"], raw["seconds"])


def outcome(probe: Probe, rounds: Sequence[Sequence[Mapping[str, Any]]]) -> Outcome:
    """The worst that any round showed: an answer that no director knows of is a bypass."""
    every = [connection for one in rounds for connection in one]
    answered = [connection for connection in every if connection["answer"]]
    if any(connection["director"] is None for connection in answered):
        verdict = Verdict.BYPASS
    elif len(answered) == len(every):
        verdict = Verdict.WORKS
    else:
        verdict = Verdict.PARTIAL if answered else Verdict.FAILS
    answers = dict(sorted(Counter(str(connection["answer"]) for connection in answered).items()))
    names = dict(probe.servers)
    deaths = Counter(_death(connection, names) for connection in every if not connection["answer"])
    return Outcome(probe, verdict, answers, tuple(f"{count} x {death}" for death, count in deaths.most_common()))


def _death(connection: Mapping[str, Any], names: Mapping[str, str]) -> str:
    error, reached = connection["error"], connection["reached"]
    if connection["director"] is None:
        return f"{error}: no director saw it"
    if reached:
        return f"{error}: it reached {' and '.join(reached)}, the reply was lost"
    server = names.get(connection["server"], connection["server"])
    return f"{error}: director {connection['director']} sent it to {server}, nothing came back"
