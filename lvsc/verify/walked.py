"""The tests of a topology, checked by following packets."""

from __future__ import annotations

from collections.abc import Iterable

from lvsc.finding import Step
from lvsc.rules import Site
from lvsc.rules.evidence import place_of
from lvsc.verify.case import Case, Result, failed
from lvsc.walk import distinct
from lvsc.walk.ask import Asked, walk_service
from lvsc.words import Verdict


def walked(site: Site, found: Iterable[Case]) -> list[Result]:
    """Each case at every address of its service."""
    return [_result(site, case) for case in found]


def _result(site: Site, case: Case) -> Result:
    if case.client in case.down:
        return Result(case, (), failed(case, "the client itself is down"))
    asked = walk_service(site.hosts, case.client, case.service, case.down)
    answers = tuple(sorted({name for each in asked for name in each.walk.answers}))
    if not asked:
        return Result(case, (), failed(case, "no director that is up has it, or they share no address family"))
    for each in asked:
        why = _why(case, each)
        if why:
            return Result(case, answers, failed(case, why, _steps(site, each)))
    return Result(case, answers, None)


def _why(case: Case, asked: Asked) -> str:
    walk = asked.walk
    if walk.verdict is Verdict.BYPASS:
        return f"is answered past every director, by {', '.join(walk.answers)}, {asked.when}"
    if walk.verdict is Verdict.UNMODELLED:
        return next((talk.unmodelled for talk in walk.talks if talk.unmodelled), "it cannot be followed")
    if walk.verdict is not Verdict.WORKS:
        lost = walk.lost
        where = f": {lost.end.value} on {lost.host}" if lost is not None and lost.end is not None else ""
        return f"{'not always' if walk.answers else 'not'} answered {asked.when}{where}".rstrip()
    return case.wrong(walk.answers, (hop.host for talk in walk.talks for hop in talk.hops))


def _steps(site: Site, asked: Asked) -> list[Step]:
    """The way of the connection that failed, else of the first."""
    talks = asked.walk.talks
    talk = next((each for each in talks if each.answered_by is None), talks[0] if talks else None)
    hops = distinct(talk.hops) if talk is not None else []
    return [Step(str(hop), place_of(site, hop)) for hop in hops]
