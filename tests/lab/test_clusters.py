"""All that the language can say of services, in a real kernel: schedulers, protocols, checks, encapsulations."""

from __future__ import annotations

import pytest

from lvsc.lab.result import Played
from lvsc.words import CheckKind, Scheduler, TunnelType, Verdict
from tests.conftest import site
from tests.lab.conftest import ACCEPTED, CLUSTERS, play, scene_of


@pytest.fixture(scope="module")
def played() -> dict[str, Played]:
    return play(scene_of(path) for path in CLUSTERS)


def test_nothing_of_the_language_is_left_out() -> None:
    services = [service for path in [*CLUSTERS, *ACCEPTED] for service in site(path).topology.services.values()]
    assert {service.scheduler for service in services} == set(Scheduler)
    assert {check.kind for service in services for check in service.every_check()} == set(CheckKind)
    assert {service.tunnel for service in services} == set(TunnelType)
    assert {flag for service in services for flag in service.flags} != set()


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.stem)
def test_every_service_is_answered(path: object, played: dict[str, Played]) -> None:
    result = played[path.stem]  # type: ignore[attr-defined]
    assert result.error == ""
    assert [(each.probe.name, each.deaths) for each in result.outcomes if each.verdict is not Verdict.WORKS] == []


def test_a_weight_decides_how_many_connections_a_server_gets(played: dict[str, Played]) -> None:
    answers = {
        each.probe.service: each.answers for each in played["schedulers"].outcomes if ":" not in each.probe.address
    }
    assert answers["wrr"]["web1"] > answers["wrr"]["web2"] > answers["wrr"]["web3"]
    assert set(answers["fo"]) == {"web1"}
    assert len(answers["dh"]) == 1
