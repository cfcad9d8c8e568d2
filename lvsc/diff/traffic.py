"""Who is answered by whom, as the walks of a cluster show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lvsc.walk.survey import Failure, Survey
from lvsc.words import Verdict

Key = tuple[str, str]


@dataclass(slots=True)
class Reach:
    """How a client reaches a service: the real servers that answer, those past the director, those that do not."""

    answers: dict[str, None] = field(default_factory=dict)
    past: dict[str, None] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> tuple[str, ...]:
        """The real servers that answer by every address of the service, through the director."""
        return tuple(name for name in self.answers if name not in self.past and name not in self.fails)

    @property
    def answered(self) -> bool:
        """Whether the client is answered as it should be by somebody, and past the director by nobody."""
        return bool(self.good) and not self.past


@dataclass(frozen=True, slots=True)
class TrafficChange:
    """A client of a service for which something changes; None where it did not, or does not, exist."""

    service: str
    client: str
    before: Reach | None
    after: Reach | None

    @property
    def lost(self) -> bool:
        """Whether it was answered and is not any more, though the service is still there."""
        return self.before is not None and self.before.answered and self.after is not None and not self.after.answered

    @property
    def ended(self) -> bool:
        """Whether it was answered, and there is no such service or client any more."""
        return self.before is not None and self.before.answered and self.after is None


def reached(survey: Survey) -> dict[Key, Reach]:
    """By service and client."""
    failed = {id(failure.trip): failure for failure in survey.failures}
    found: dict[Key, Reach] = {}
    for group in survey.groups:
        failure = failed.get(id(group.trip))
        for service, server in group.pairs:
            _note(found.setdefault((service, group.trip.client), Reach()), server, failure)
    return found


def _note(reach: Reach, server: str, failure: Failure | None) -> None:
    if failure is None:
        reach.answers[server] = None
    elif failure.verdict is Verdict.BYPASS:
        reach.past[server] = None
    else:
        reach.fails.setdefault(server, _why(failure))


def _why(failure: Failure) -> str:
    last = failure.hops[-1] if failure.hops else None
    where = f"{failure.end.value} on {last.host}" if failure.end is not None and last is not None else "no answer"
    return f"{where}, {failure.when}"


def traffic_changes(before: Mapping[Key, Reach], after: Mapping[Key, Reach]) -> list[TrafficChange]:
    """The clients of services for which another answers, or nobody, or somebody at last."""
    keys = dict.fromkeys([*before, *after])
    found = [TrafficChange(*key, before.get(key), after.get(key)) for key in keys]
    return [each for each in found if _shape(each.before) != _shape(each.after)]


def _shape(reach: Reach | None) -> object:
    return None if reach is None else (set(reach.good), set(reach.past), set(reach.fails))
