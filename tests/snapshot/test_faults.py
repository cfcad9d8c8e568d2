"""What a user got wrong is told in a sentence with its file and place, whatever the file holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lvsc.finding import LvscError
from lvsc.snapshot import case_json, read_states
from tests.snapshot.whole import whole

WHOLE = json.dumps(case_json(whole()))


def fault(path: Path, document: Any) -> str:
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    with pytest.raises(LvscError) as caught:
        read_states([path])
    return str(caught.value).replace(f"{path}", "FILE")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "FILE:1:1: no JSON: Expecting value"),
        ('{"name": "a",}', "FILE:1:14: no JSON: Expecting property name enclosed in double quotes"),
        ('{"name": "a", "name": "b"}', "FILE: the key `name` is there twice in one mapping"),
        ('{"name": NaN}', "FILE: no JSON that lvsc reads: NaN is no number of JSON"),
        ("[" * 100_000, "FILE: no JSON that lvsc reads: nested too deeply"),
        ("[]", "FILE: input should be a valid dictionary or instance of HostForm"),
        ({}, "FILE: name: is missing"),
        ({"name": "a", "colour": 1}, "FILE: colour: no such key"),
        ({"name": "../a"}, "FILE: name: string should match pattern '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$', not `../a`"),
        ({"name": "a", "version": 2}, "FILE: version: input should be 1, not `2`"),
        (
            {"hosts": [{"name": "a", "links": [{"name": "eth0", "addresses": ["192.0.2.1/33"]}]}]},
            "FILE: hosts[0].links[0].addresses[0]: "
            "must be an address with its prefix such as 192.0.2.10/24, not `192.0.2.1/33`",
        ),
        (
            {"name": "a", "links": [{"name": "eth0", "addresses": [{"address": "192.0.2.1/24", "quite": True}]}]},
            "FILE: links[0].addresses[0].quite: no such key",
        ),
        (
            {"name": "a", "links": [{"name": "eth0", "kind": "wire\x1b[31m"}]},
            "FILE: links[0].kind: input should be 'ethernet', 'loopback', 'dummy', 'ipip', 'sit', 'ip6tnl', 'gre', "
            "'ip6gre', 'fou', 'bridge', 'vlan' or 'macvlan', not `wire\\x1b[31m`",
        ),
        (
            {"name": "a", "listens": [{"port": 70000}]},
            "FILE: listens[0].port: input should be less than or equal to 65535, not `70000`",
        ),
        (
            {"name": "a", "listens": [{"port": True}]},
            "FILE: listens[0].port: input should be a valid integer, not `true`",
        ),
        (
            {"name": "a", "marks": [{"mark": 1, "address": "192.0.2.1", "ports": ["9-1"]}]},
            "FILE: marks[0].ports[0]: must be a range of ports such as 8000-8010, not `9-1`",
        ),
        (
            {"name": "a", "sysctls": [["kernel.hostname", 1]]},
            "FILE: sysctls[0][0]: "
            "must be a network setting such as net.ipv4.conf.all.arp_ignore, not `kernel.hostname`",
        ),
        (
            {"name": "a", "ipvs": [{"address": "192.0.2.1"}]},
            "FILE: ipvs[0]: needs either `address` and `port`, or `mark`",
        ),
        (
            {"name": "a", "routes": [{"to": "default", "device": "eth7"}]},
            "FILE: hosts[0].routes[0].device: a has no device eth7",
        ),
        (
            {
                "hosts": [{"name": "a"}, {"name": "a"}],
                "first": ["b"],
                "asks": [{"origin": "c", "address": "::1", "port": 1}],
            },
            "FILE: hosts[1].name: host a is there twice\n"
            "FILE: first[0]: no host is named b\n"
            "FILE: asks[0].origin: no host is named c",
        ),
        (
            {
                "hosts": [{"name": "a"}],
                "asks": [
                    {
                        "origin": "a",
                        "address": "::1",
                        "port": 1,
                        "source": "192.0.2.1",
                        "before": [{"deed": "add address", "host": "a"}],
                    }
                ],
            },
            "FILE: asks[0].source: 192.0.2.1 is of another family than ::1\n"
            "FILE: asks[0].before[0]: `add address` needs a device and an address",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(document: Any, message: str, tmp_path: Path) -> None:
    assert fault(tmp_path / "a.json", document) == message


def test_many_faults_are_told_at_once_and_some_of_very_many(tmp_path: Path) -> None:
    lines = fault(tmp_path / "a.json", {"name": "a", **{f"k{number}": 1 for number in range(30)}}).splitlines()
    assert (len(lines), lines[0], lines[-1]) == (21, "FILE: k0: no such key", "and 10 more")


def test_a_host_in_two_files_is_told_of_the_second(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text('{"name": "web1"}', encoding="utf-8")
    with pytest.raises(LvscError, match=r"b\.json: hosts\[0\]\.name: host web1 is there twice$"):
        read_states([tmp_path])


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LvscError, match="no state file is named"):
        read_states([])
    with pytest.raises(LvscError, match=r"no \.json file lies in "):
        read_states([tmp_path])
    with pytest.raises(LvscError, match=r"cannot read .*: No such file or directory"):
        read_states([tmp_path / "none.json"])
    with pytest.raises(LvscError, match=r"cannot read a\\x00b: embedded null byte"):
        read_states(["a\0b"])
    (tmp_path / "a.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(LvscError, match=r"a\.json: no UTF-8 at byte 10"):
        read_states([tmp_path / "a.json"])


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every value of a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in children for place in places(each, (*path, key)))]


PLACES = places(json.loads(WHOLE))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES[1:]), value=VALUES)
def test_a_changed_value_is_read_or_told(place: tuple[Any, ...], value: Any, tmp_path: Path) -> None:
    document = json.loads(WHOLE)
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        read_states([path])
    except LvscError as error:
        said = str(error)
    else:
        said = ""
    assert all(char.isprintable() or char == "\n" for char in said)
