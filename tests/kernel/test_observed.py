"""Hosts of a real kernel, built by the usual tools from a state, are seen as that state says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lvsc.plan.thing import things_json
from lvsc.snapshot import host_json, json_text, read_states
from lvsc.state import HostState, Listener
from lvsc.walk import walk_case
from lvsc.words import Family, HostRole, Protocol, parse_address
from tests.kernel import played
from tests.kernel.alike import as_seen, differences
from tests.kernel.played import CASES, DEVICES, EXAMPLES, STEPS, TRUTH

STEP_NAMES = [step.name for step in STEPS]
# What these hosts have is not read into chains, and said.
FILTERED = ("iptables", "ip6tables")


@pytest.fixture(scope="session")
def found() -> dict[str, Any]:
    return played.play()


@pytest.fixture(scope="session")
def seen(found: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, HostState]]:
    """The hosts of each case, by way of the files that `lvsc snapshot` would write."""
    folder = tmp_path_factory.mktemp("seen")
    hosts: dict[str, dict[str, HostState]] = {}
    for case, documents in zip(played.cases(), found["observed"], strict=True):
        for name, document in documents.items():
            path = folder / f"{case}-{name}.json"
            path.write_text(json_text(document))
            hosts.setdefault(case, {})[name] = read_states([path]).hosts[name]
            assert host_json(hosts[case][name]) == document
    return hosts


@pytest.mark.parametrize("name", [*CASES, *EXAMPLES])
def test_what_was_built_is_seen(name: str, seen: Mapping[str, Mapping[str, HostState]]) -> None:
    for host, built in played.cases()[name].hosts.items():
        assert differences(built, seen[name][host]) == {}, host
        assert [text for text in seen[name][host].unmodelled if not text.startswith(FILTERED)] == []


@pytest.mark.parametrize("name", CASES)
def test_a_packet_walks_among_seen_hosts_as_it_did_in_the_kernel(
    name: str, seen: Mapping[str, Mapping[str, HostState]]
) -> None:
    case = played.cases()[name]
    hosts = {host: as_seen(built, seen[name][host]) for host, built in case.hosts.items()}
    walks = walk_case(replace(case, hosts=hosts))
    expected = [ask["x-expect"] for ask in json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))["asks"]]
    assert [walk.verdict.value for walk in walks] == [each["verdict"] for each in expected]


def test_listeners_are_seen(seen: Mapping[str, Mapping[str, HostState]]) -> None:
    assert set(seen["dr-good"]["rs1"].listens) == {
        Listener(Protocol.TCP, None, 80, Family.V4),
        Listener(Protocol.TCP, None, 443),
        Listener(Protocol.UDP, parse_address("127.0.0.1"), 53, Family.V4),
    }


@pytest.mark.parametrize("number", range(len(STEPS)), ids=STEP_NAMES)
def test_a_change_is_read_back_or_refused_in_words(number: int, found: dict[str, Any]) -> None:
    step, result = STEPS[number], found["steps"][number]
    if step.refused:
        assert step.refused in result["refused"]
        assert result["found"] == []
        return
    assert result["refused"] == ""
    wanted = {} if step.after is None else {step.key: step.after}
    assert result["found"] == json.loads(json.dumps(things_json(wanted)))


@pytest.mark.parametrize("link", DEVICES, ids=lambda link: f"{link.kind.value} {link.local}")
def test_a_device_is_made_as_ip_makes_it(link: Any, found: dict[str, Any]) -> None:
    by_ip, by_lvsc = ({**each} for each in found["devices"][DEVICES.index(link)])
    for each in (by_ip, by_lvsc):
        each.pop("permaddr", None)  # made up anew each time
        data = each["linkinfo"].get("info_data", {})
        # `ip` has an ipip or sit device take both families where an address is stated.
        for name in ("proto", "pmtudisc"):
            if link.kind.value in ("ipip", "sit"):
                data.pop(name, None)
    assert by_ip == by_lvsc


def _heard(name: str, found: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(frame) for frame in found["steps"][STEP_NAMES.index(name)]["heard"]]


def test_neighbours_hear_of_an_ipv4_address_on_their_wire(found: dict[str, Any]) -> None:
    frames = [frame for frame in _heard("VIP on a wire", found) if frame[12:14] == b"\x08\x06"]
    vip = bytes([192, 0, 2, 100])
    assert {frame[20:22] for frame in frames} == {b"\0\1", b"\0\2"}
    assert all(frame[28:32] == vip == frame[38:42] and frame[22:28] == frame[6:12] for frame in frames)


def test_neighbours_hear_of_an_ipv6_address_on_their_wire(found: dict[str, Any]) -> None:
    vip = parse_address("2001:db8:9::100")
    assert vip is not None
    (frame,) = [
        frame
        for frame in _heard("IPv6 VIP on a wire", found)
        if frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] == 136
    ]
    assert (frame[22:38], frame[62:78]) == (vip.packed, vip.packed)
    assert frame[21] == 255
    assert frame[58] == 0x20  # overrides, and is no router


@pytest.mark.parametrize("name", ["VIP on lo", "IPv6 VIP on lo", "dummy made"])
def test_nobody_is_told_of_an_address_on_no_wire(name: str, found: dict[str, Any]) -> None:
    for frame in _heard(name, found):
        assert frame[12:14] != b"\x08\x06"
        assert parse_address("2001:db8:9::100").packed not in frame  # type: ignore[union-attr]


def test_the_command_prints_a_state_file(found: dict[str, Any], tmp_path: Path) -> None:
    code, out, err = found["snapshots"][0]
    assert (code, err) == (0, "")
    (tmp_path / "lvs1.json").write_text(out)
    host = read_states([tmp_path / "lvs1.json"]).hosts["lvs1"]
    assert host.role is HostRole.DIRECTOR
    assert {str(each.address) for each in host.addresses} == {"10.0.0.1/24", "2001:db8::1/64"}
    assert host.sysctl("net/ipv4/conf/eth0/arp_ignore") == 0


def test_an_ordinary_user_is_told(found: dict[str, Any]) -> None:
    code, out, err = found["snapshots"][1]
    assert (code, out) == (5, "")
    assert err.splitlines()[0] == "lvsc: an ordinary user may not change the network (no CAP_NET_ADMIN)"
