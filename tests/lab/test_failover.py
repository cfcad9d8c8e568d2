"""The real keepalived from emitted files: a failed check, and a master that loses its power, seen by a client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lvsc.lab import uml
from lvsc.lab.boot_program import Program
from lvsc.lab.scene import as_json, scene
from lvsc.lower import lower
from lvsc.topology import load
from tests.conftest import ROOT

# RFC 5798: three advertisements, and the skew of a standby of priority 100 or less: (256 - 100) / 256 of one.
ADVERT, SKEW = 1.0, 1.0
TAKEN_OVER = 3 * ADVERT + SKEW


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    text = (ROOT / "examples" / "dr-pair.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("interval: 5s, timeout: 2s, retries: 3", "interval: 1s, timeout: 1s, retries: 1, retry_delay: 1s"),
        ("virtual_router_id: 61", "virtual_router_id: 61\n    sync: {network: edge}"),
    ):
        assert old in text
        text = text.replace(old, new)
    topology = load([("pair.yaml", text.encode())]).topology
    assert topology is not None
    folder = tmp_path_factory.mktemp("failover")
    played = scene("pair", lower(topology))
    (folder / "scene.json").write_text(json.dumps(as_json(played)))
    ran = uml.run(Program(Path(__file__).with_name("failover.py"), folder, played.modules, 400))
    assert ran.exit_code == 0, ran.log
    found: dict[str, Any] = json.loads((folder / "results").read_text())
    return found


def test_one_director_is_master(seen: dict[str, Any]) -> None:
    assert seen["settled"] == {"lvs1": True, "lvs2": False}


def test_a_real_server_whose_check_fails_leaves_the_table_and_comes_back(seen: dict[str, Any]) -> None:
    assert 0 <= seen["gone after"] < 15
    assert 0 <= seen["back after"] < 15


def test_the_standby_serves_a_client_after_three_adverts(seen: dict[str, Any]) -> None:
    before = [at for at, who in seen["new"] if who and at < seen["cut"]]
    after = [at for at, who in seen["new"] if who and at > seen["cut"] + 0.5]
    assert len(before) > 20
    assert len(after) > 20
    gap = after[0] - seen["cut"]
    assert gap < TAKEN_OVER + 0.8, (gap, seen["logs"])
    assert seen["standby holds"]
    # Nothing is lost but in the gap.
    assert [at - seen["cut"] for at, who in seen["new"] if not who and not -0.4 < at - seen["cut"] < gap + 0.1] == []


def test_a_connection_goes_on_through_the_standby(seen: dict[str, Any]) -> None:
    servers = {who for _, who in seen["stays"]}
    assert len(servers) == 1
    assert servers < {"web1", "web2", "web3"}
    assert seen["stays"][-1][0] > seen["cut"] + TAKEN_OVER
