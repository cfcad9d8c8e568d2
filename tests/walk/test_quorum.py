"""What keepalived leaves of a service when real servers are down: quorum, hysteresis, weight 0 instead of removal."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from lvsc.state import Destination, HealthCheck, VirtualService
from lvsc.walk.failover import checked
from lvsc.words import CheckKind, Family, ForwardingMethod, Protocol, Scheduler, Upkeep

TCP = HealthCheck(CheckKind.TCP, None, 80, 5000, 2000, 3, 1000, ())
SORRY = Destination("sorry", ip_address("192.0.2.29"), 80, ForwardingMethod.DR)


def web(number: int, **changes: object) -> Destination:
    address = ip_address(f"192.0.2.{10 + number}")
    return Destination(f"web{number}", address, 80, ForwardingMethod.DR, 2, **changes)  # type: ignore[arg-type]


def service(*destinations: Destination, **changes: object) -> VirtualService:
    return VirtualService(
        "http", Family.V4, Protocol.TCP, ip_address("192.0.2.100"), 80, None, Scheduler.WLC,
        destinations=destinations, **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def left(found: VirtualService) -> dict[str, int]:
    return {each.name: each.weight for each in found.destinations}


THREE = (web(1), web(2), web(3))


@pytest.mark.parametrize(
    ("upkeep", "down", "names"),
    [
        pytest.param(Upkeep(), ["web1", "web2"], {"web3": 2}, id="one is enough"),
        pytest.param(Upkeep(), ["web1", "web2", "web3"], {"sorry": 1}, id="nobody is left"),
        pytest.param(Upkeep(quorum=4), ["web1"], {"web2": 2, "web3": 2}, id="the quorum is just kept"),
        pytest.param(Upkeep(quorum=4), ["web1", "web2"], {"sorry": 1}, id="the quorum is lost"),
        pytest.param(Upkeep(quorum=3, hysteresis=1), ["web1", "web2"], {"web3": 2}, id="hysteresis keeps it"),
        pytest.param(Upkeep(inhibit=True), ["web1"], {"web1": 0, "web2": 2, "web3": 2}, id="weight 0, not removed"),
        pytest.param(Upkeep(inhibit=True), ["web1", "web2", "web3"], {"sorry": 1}, id="nobody has a weight"),
    ],
)
def test_what_is_left(upkeep: Upkeep, down: list[str], names: dict[str, int]) -> None:
    assert left(checked(service(*THREE, checks=(TCP,), sorry=SORRY, upkeep=upkeep), down)) == names


def test_without_a_sorry_server_the_rest_goes_on() -> None:
    assert left(checked(service(*THREE, checks=(TCP,), upkeep=Upkeep(quorum=6)), ["web1"])) == {"web2": 2, "web3": 2}


def test_a_real_server_is_taken_out_by_checks_of_its_own_alone() -> None:
    found = service(web(1, checks=()), web(2), web(3, checks=(TCP,)), checks=(TCP,))
    assert left(checked(found, ["web1", "web2", "web3"])) == {"web1": 2}
    assert left(checked(service(web(1), web(2, checks=(TCP,))), ["web1", "web2"])) == {"web1": 2}
