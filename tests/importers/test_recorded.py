"""A director as it is, from a state file: what it holds comes into the topology."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lvsc.lower import lower
from lvsc.snapshot import host_json, json_text
from lvsc.state import HostState
from lvsc.topology import load
from tests.conftest import EXAMPLES
from tests.importers.cases import hosts_of
from tests.importers.conftest import Run

# Marks have no ports in a table, and checks and failover are in files of daemons only.
TABLES = [path for path in EXAMPLES if path.stem in ("dr-minimal", "dr-ranges", "tun-two-sites", "nat-two-arm")]


def director(path: Path) -> HostState:
    topology = load([(str(path), path.read_bytes())]).topology
    assert topology is not None
    found = next(host for host in lower(topology).values() if host.ipvs)
    services = tuple(replace(each, checks=(), sorry=None, helper=None) for each in found.ipvs)
    return replace(found, ipvs=services, vrrp=(), sync=None, sysctls=())


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_its_table_addresses_and_gateway_are_in_the_topology(lvsc: Run, tmp_path: Path, path: Path) -> None:
    host = director(path)
    state = tmp_path / "state.json"
    state.write_text(json_text(host_json(host)))
    done = lvsc("import", "--snapshot", str(state))
    assert done.returncode == 0, done.stderr
    made = hosts_of(done.stdout)[host.name]
    assert [content(each) for each in made.ipvs] == [content(each) for each in host.ipvs]
    own = {(each.device, each.address) for each in host.addresses if each.device != "lo" and not each.ours}
    assert own <= {(each.device, each.address) for each in made.addresses}
    assert {route.via for route in host.routes if route.to.prefixlen == 0} <= {route.via for route in made.routes}


def content(service: object) -> dict[str, object]:
    """Without names, which a table does not have."""
    found = {name: getattr(service, name) for name in service.__slots__ if name != "name"}  # type: ignore[attr-defined]
    return {**found, "destinations": [replace(each, name="", listens=None) for each in found["destinations"]]}


def test_what_has_no_place_is_told(lvsc: Run, tmp_path: Path) -> None:
    host = replace(director(TABLES[0]), timeouts=(100, 20, 30), unmodelled=("nftables table ip filter: 3 rules",))
    state = tmp_path / "state.json"
    state.write_text(json_text(host_json(host)))
    done = lvsc("import", "--snapshot", str(state))
    assert "nftables table ip filter: 3 rules" in done.stderr
    assert "timeouts of connections (100, 20, 30)" in done.stderr


def test_a_state_without_a_table_is_refused(lvsc: Run, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"version": 1, "hosts": [{"name": "web1"}]}))
    done = lvsc("import", "--snapshot", str(state))
    assert done.returncode == 3
    assert "no host of these state files has an IPVS table" in done.stderr
