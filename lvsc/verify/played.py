"""The tests of a topology in a private real kernel: one scene for each set of hosts that are down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lvsc.finding import Step
from lvsc.lab.backend import choose
from lvsc.lab.probes import Probe
from lvsc.lab.rehearsal import rehearse
from lvsc.lab.result import Outcome, Played
from lvsc.lab.scene import Scene, scene
from lvsc.rules import Site
from lvsc.state import Hosts
from lvsc.verify.case import Case, Result, by_down, failed
from lvsc.walk.failover import checked
from lvsc.words import Verdict


def scenes(site: Site, found: Iterable[Case]) -> list[tuple[Scene, list[Case]]]:
    """What is played: the cluster without the hosts that are down, asked what its cases ask."""
    return [_scene(site, down, group) for down, group in by_down(found)]


def _scene(site: Site, down: tuple[str, ...], group: list[Case]) -> tuple[Scene, list[Case]]:
    # Health checks need a while to find out; here they already have, as the walk takes it, too.
    hosts = {
        name: replace(host, ipvs=tuple(checked(service, down) for service in host.ipvs))
        for name, host in site.hosts.items()
        if name not in down
    }
    whole = scene(f"without {', '.join(down)}" if down else "as it is", hosts)
    wanted = {(case.client, case.service) for case in group}
    probes = tuple(_up(probe, hosts) for probe in whole.probes if (probe.client, probe.service) in wanted)
    return replace(whole, probes=probes), group


def _up(probe: Probe, hosts: Hosts) -> Probe:
    """A probe that asks nothing of hosts that are down."""
    expected, forget = (tuple(name for name in names if name in hosts) for names in (probe.expected, probe.forget))
    return replace(probe, expected=expected, forget=forget)


def played(site: Site, found: Sequence[Case], backend: str | None, time_limit: float) -> list[Result]:
    """Each case, in the order of `found`."""
    parts = scenes(site, found)
    asked = [each for each, _ in parts if each.probes]
    chosen = choose(backend, any(each.needs_nft for each in asked))
    done = iter(rehearse(asked, chosen, time_limit) if asked else ())
    results = {}
    for each, group in parts:
        result = next(done) if each.probes else Played(each.name, (), (), "", 0.0)
        results.update({id(case): _result(case, result) for case in group})
    return [results[id(case)] for case in found]


def _result(case: Case, played: Played) -> Result:
    if played.error:
        return Result(case, (), failed(case, f"its hosts could not be built: {played.error.splitlines()[0]}"))
    own = [
        outcome
        for outcome in played.outcomes
        if (outcome.probe.client, outcome.probe.service) == (case.client, case.service)
    ]
    answers = tuple(sorted({name for outcome in own for name in outcome.answers}))
    if not own:
        return Result(case, (), failed(case, "no director that is up has it, or they share no address family"))
    for outcome in own:
        why = _why(case, outcome)
        if why:
            return Result(case, answers, failed(case, why, [Step(line) for line in outcome.deaths]))
    return Result(case, answers, None)


def _why(case: Case, outcome: Outcome) -> str:
    if outcome.verdict is Verdict.BYPASS:
        return f"is answered past every director, by {', '.join(outcome.answers)}"
    if outcome.verdict is not Verdict.WORKS:
        return "not always answered" if outcome.answers else "not answered"
    return case.wrong(outcome.answers, ())
