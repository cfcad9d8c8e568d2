"""The doors to a live host in a real kernel: lvsc reads what ipvsadm and ip see, and every refusal has its sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lvsc.lab import uml
from lvsc.lab.boot_program import Program

MODULES = (
    *("ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_wlc", "ip_vs_sh", "ip_vs_mh", "nf_conntrack_sip", "ip_vs_pe_sip"),
    *("veth", "dummy", "ipip", "ip_gre", "ip6_tunnel", "fou", "fou6"),
)
SAVED = """\
-A -t 10.0.0.1:80 -s wlc
-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1
-a -t 10.0.0.1:80 -r 10.0.0.3:8080 -m -w 5
-A -t 10.0.0.1:443 -s mh -p 300 -M 255.255.255.0 -b mh-fallback,mh-port
-a -t 10.0.0.1:443 -r [fd00::9]:443 -i -w 7 --tun-type ipip
-a -t 10.0.0.1:443 -r 10.0.0.2:443 -g -w 3
-a -t 10.0.0.1:443 -r 10.0.0.3:443 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum
-a -t 10.0.0.1:443 -r 10.0.0.9:443 -i -w 1 --tun-type gre --tun-csum
-A -u 10.0.0.1:53 -s rr -o
-a -u 10.0.0.1:53 -r 10.0.0.2:53 -g -w 0
-A -u 10.0.0.1:5060 -s rr -p 60 --pe sip -o
-A --sctp-service 10.0.0.1:99 -s wrr
-A -t [fd00::1]:80 -s sh -b sh-fallback
-a -t [fd00::1]:80 -r [fd00::2]:80 -g -w 1
-a -t [fd00::1]:80 -r [fd00::3]:80 -g -w 1
-A -t [fd00::1]:81 -s rr -p 60 -M 64
-A -f 7 -s rr -p 600
-a -f 7 -r [fd00::7]:0 -i -w 1 --tun-type ipip
-a -f 7 -r 10.0.0.2:0 -g -w 1
-A -f 7 -6 -s rr
-a -f 7 -6 -r [fd00::2]:0 -g -w 1
"""
HERE = "10.0.0.1:80/tcp"


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("doors")
    ran = uml.run(Program(Path(__file__).with_name("doors.py"), folder, MODULES, 1200))
    assert ran.exit_code == 0, ran.log
    results: dict[str, Any] = json.loads((folder / "results").read_text())
    assert not [each["error"] for each in results.values() if "error" in each]
    return results


def test_every_attribute_goes_there_and_back(found: dict[str, Any]) -> None:
    seen = found["round_trip"]
    assert (seen["refusals"], seen["same"], seen["order"], seen["left"]) == (0, True, True, "")
    saved, thresholds = seen["witness"].split("  ->", 1)
    assert sorted(saved.splitlines()) == sorted(SAVED.splitlines())
    assert thresholds.split()[:3] == ["10.0.0.3:8080", "100", "50"]


def test_timeouts_and_sync_daemons(found: dict[str, Any]) -> None:
    seen = found["timeouts_and_daemons"]
    assert seen["refusals"] == 0
    assert [["timeouts"], [100, 20, 30]] in seen["read"]
    assert [["master", "sync"], ["eth0", 5]] in seen["read"]
    assert [["backup", "sync"], ["eth0", 6]] in seen["read"]
    assert "Timeout (tcp tcpfin udp): 100 20 30" in seen["witness"]
    assert "master sync daemon (mcast=eth0, syncid=5" in seen["witness"]
    assert seen["missing"] == "the sync daemon (master) has no device eth9"


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("there already", f"service {HERE} is there already"),
        ("no service", "service 10.0.0.5:1/tcp is not there any more"),
        ("no engine", f"service {HERE}: scheduler wlc or persistence engine none-such is unknown to the kernel"),
        ("server there", f"real server 10.0.0.2:80 of service {HERE} is there already"),
        ("no server", f"real server 10.0.0.77:80 of service {HERE} is not there any more"),
        ("weight", f"real server 10.0.0.78:80 of service {HERE} cannot have weight 2147483648"),
        ("thresholds", f"real server 10.0.0.78:80 of service {HERE}: lower threshold 10 is above the upper, 5"),
        (
            "multicast",
            f"real server 224.0.0.1:80 of service {HERE}: 224.0.0.1 is no address that a director here can send to",
        ),
        (
            "broadcast",
            f"real server 10.0.0.255:80 of service {HERE}: 10.0.0.255 is no address that a director here can send to",
        ),
        (
            "family",
            f"real server [fd00::9]:80 of service {HERE} is of the other address family, which only tun can reach",
        ),
        ("tunnel port", f"real server 10.0.0.80:80 of service {HERE} has a GUE tunnel without a port"),
        ("its service", "real server 10.0.0.80:80 of service 10.9.9.9:1/tcp has no service: it is not there"),
    ],
)
def test_a_refusal_of_the_kernel_is_a_sentence(found: dict[str, Any], what: str, sentence: str) -> None:
    assert found["refused"][what] == sentence


def test_an_unknown_scheduler_is_told_from_a_missing_module(found: dict[str, Any]) -> None:
    assert found["refused"]["no scheduler"].startswith(f"service {HERE}: kernel ")
    assert found["refused"]["no scheduler"].endswith(" has no scheduler none-such")


def test_after_a_failing_change_the_later_ones_are_made(found: dict[str, Any]) -> None:
    sentence, lines = found["refused"]["in the middle"]
    assert sentence == f"real server 10.0.0.2:80 of service {HERE} is there already"
    assert lines == "4"


def test_fifty_thousand_changes_in_one_system_call(found: dict[str, Any]) -> None:
    assert found["many"] == {"refusals": 0, "count": 50001}


def test_what_a_service_has_carried(found: dict[str, Any]) -> None:
    seen = found["statistics"]
    assert seen["seen"] == seen["witness"]
    assert int(seen["seen"][0]) == 3
    assert int(seen["seen"][3]) > 3000


def test_a_table_that_changes_is_not_misread(found: dict[str, Any]) -> None:
    assert found["while_it_changes"]["missing"] == 0
    assert found["while_it_changes"]["unstable"] < 10


def test_the_scratch_namespace_judges_and_leaves_no_trace(found: dict[str, Any]) -> None:
    seen = found["rehearsed"]
    assert (seen["fine"], seen["untouched"]) == ([], True)
    assert seen["broadcast"] == [
        f"real server 10.0.0.255:80 of service {HERE}: 10.0.0.255 is no address that a director here can send to"
    ]
    assert len(seen["unknown"]) == 1


@pytest.mark.parametrize(
    "what", ["dummy", "ipip", "gre", "ip6tnl", "receiver", "v4", "v6", "route", "default", "route6"]
)
def test_what_is_added_edited_and_removed_is_read_back(found: dict[str, Any], what: str) -> None:
    steps = found["changed"][what]
    assert [same for same, _ in steps] == [True] * len(steps)
    shown = [length for _, length in steps]
    assert shown[0] > shown[-1]


def test_refusals_about_the_network_are_sentences(found: dict[str, Any]) -> None:
    seen = found["changed"]
    assert "eth9" in seen["no device"][0]
    assert "10.0.0.100" in seen["twice"][0]
    assert seen["setting"] == [2, None]
    assert "net.ipv4.conf.eth9.rp_filter" in seen["no setting"][0]


def test_an_address_is_announced(found: dict[str, Any]) -> None:
    assert found["announced"] == {"arp": 2, "advertisements": 1}
