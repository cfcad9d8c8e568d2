"""Both directions lose nothing; models and schema accept the same; the guide's example is right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lvsc.lower import lower
from lvsc.snapshot import case_json, host_json, json_text, read_states
from lvsc.snapshot.published import state_schema
from lvsc.state import Ask, Before, Case, Deed, Hosts
from lvsc.topology import load
from lvsc.words import parse_address, parse_interface
from tests.conftest import BROKEN, EXAMPLES, ROOT
from tests.snapshot.whole import whole

PUBLISHED = ROOT / "schemas" / "state.schema.json"
SCHEMA = json.loads(PUBLISHED.read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "states.md").read_text(encoding="utf-8")
TRUTH = sorted((ROOT / "tests" / "walk" / "truth").glob("*.json"))
VALID = Draft202012Validator(SCHEMA)


def hosts_of(path: Path) -> Hosts:
    topology = load([(str(path), path.read_bytes())]).topology
    assert topology is not None
    return lower(topology)


def read_again(case: Case, folder: Path) -> Case:
    document = case_json(case)
    assert list(VALID.iter_errors(document)) == []
    path = folder / "case.json"
    path.write_text(json_text(document), encoding="utf-8")
    return read_states([path])


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == state_schema()


@pytest.mark.parametrize("path", [*EXAMPLES, *BROKEN], ids=lambda path: path.stem)
def test_a_cluster_is_read_as_it_was_written(path: Path, tmp_path: Path) -> None:
    case = Case(path.stem, hosts_of(path), ())
    assert read_again(case, tmp_path) == case


def test_every_recorded_case_is_right_and_written_as_it_was_read(tmp_path: Path) -> None:
    assert len(TRUTH) > 200
    for path in TRUTH:
        assert VALID.is_valid(json.loads(path.read_text(encoding="utf-8"))), path.name
        case = read_states([path])
        assert read_again(case, tmp_path) == case


def test_every_field_can_be_said(tmp_path: Path) -> None:
    case = whole()
    assert read_again(case, tmp_path) == case


def test_a_host_is_a_file_of_its_own(tmp_path: Path) -> None:
    hosts = hosts_of(ROOT / "examples" / "dr-minimal.yaml")
    for name, host in hosts.items():
        document = host_json(host)
        assert list(VALID.iter_errors(document)) == []
        (tmp_path / f"{name}.json").write_text(json_text(document), encoding="utf-8")
    assert read_states([tmp_path]) == Case("states", {name: hosts[name] for name in sorted(hosts)}, ())


def test_the_guide_has_a_case_that_is_right(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```json\n(.*?)^```$", GUIDE, re.M | re.S)
    path = tmp_path / "guide.json"
    path.write_text(block, encoding="utf-8")
    case = read_states([path])
    assert list(VALID.iter_errors(json.loads(block))) == []
    assert list(case.hosts) == ["client", "lvs1", "web1"]
    (service,) = case.hosts["lvs1"].ipvs
    assert service.destinations[0].name == "web1"
    vip = parse_address("192.0.2.100")
    assert vip is not None
    forget = Before(Deed.FORGET, "web1")
    assert case.asks == (Ask("client", vip, 80), Ask("client", vip, 80, connections=8, before=(forget,)))
    assert case.first == ("web1",)


def test_the_guide_names_every_key_and_every_word() -> None:
    told = set(re.findall(r"`([^`\n]+)`", GUIDE))
    for name, definition in SCHEMA["$defs"].items():
        for key in definition.get("properties", {}):
            assert key in told, f"{name}.{key}"
        for word in definition.get("enum", []):
            if name in {"LinkKind", "Hook", "Act", "Deed", "HostRole", "RouteKind", "ForwardingMethod"}:
                assert word in told, f"{name} {word}"


def test_notes_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"x-why": [1], "name": "a", "links": [{"name": "eth0", "x-port": {"switch": 3}}]}', "utf-8")
    assert VALID.is_valid(json.loads(path.read_text("utf-8")))
    assert [link.name for link in read_states([path]).hosts["a"].links] == ["lo", "eth0"]


def test_what_follows_from_others_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    document = {
        "name": "a",
        "links": [
            {"name": "eth0", "mtu": 9000},
            {"name": "eth0.10", "kind": "vlan", "parent": "eth0", "vlan": 10},
            {"name": "tunl0", "kind": "ipip"},
        ],
        "routes": [{"to": "default", "device": "eth0", "family": 6}, {"to": "10.0.0.0/8", "via": "192.0.2.1"}],
        "rules": [{"source": "10.0.0.0/8", "table": 100}, {"mark": 1, "table": 101}],
        "ipvs": [{"address": "2001:db8::1", "port": 80, "destinations": [{"address": "2001:db8::11"}]}],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    host = read_states([path]).hosts["a"]
    assert [(link.name, link.mtu) for link in host.links] == [
        ("lo", 65536), ("eth0", 9000), ("eth0.10", 9000), ("tunl0", 1480),
    ]  # fmt: skip
    assert [str(route.to) for route in host.routes] == ["::/0", "10.0.0.0/8"]
    assert [rule.priority for rule in host.rules] == [32765, 32764]
    (service,) = host.ipvs
    assert (service.name, service.family.value, service.netmask) == ("[2001:db8::1]:80/tcp", 6, 128)
    assert (service.destinations[0].name, service.destinations[0].port) == ("2001:db8::11", 80)


def test_addresses_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    links = [{"name": "eth0", "addresses": ["192.0.2.2/24"]}, {"name": "eth1", "addresses": ["10.0.0.2/24"]}]
    held = [{"device": "eth0", "address": "192.0.2.100/32"}]
    path.write_text(json.dumps({"name": "a", "links": links, "addresses": held}), encoding="utf-8")
    host = read_states([path]).hosts["a"]
    assert [each.address for each in host.addresses] == [
        parse_interface(text) for text in ("192.0.2.2/24", "10.0.0.2/24", "192.0.2.100/32")
    ]
    assert host_json(host)["addresses"] == held
