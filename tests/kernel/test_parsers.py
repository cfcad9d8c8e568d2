"""What tools and /proc say, as lvsc reads it; recorded from nft 1.0.6 and iproute2 6.1."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lvsc.emit import nftables
from lvsc.kernel import marks, network_state
from lvsc.kernel.announce import checksum, frames_for
from lvsc.kernel.daemons import config_of
from lvsc.kernel.explained import explained
from lvsc.kernel.marked import mark_rules
from lvsc.kernel.observe import other_tables
from lvsc.kernel.receivers import receivers
from lvsc.kernel.table_state import services, unsaid, unsaid_server
from lvsc.plan.thing import DeviceValue, Key, Server, ServerValue, Service, ServiceValue, Value
from lvsc.state import MarkRule
from lvsc.words import ForwardingMethod, Protocol, SchedulerFlag, TunnelType, parse_address
from tests.conftest import ROOT

HERE = Path(__file__).parent
OURS = [
    "ip daddr 192.0.2.10 tcp dport { 80, 443, 8000-8010 } meta mark set 1",
    "ip daddr 192.0.2.10 tcp dport { 80 } meta mark set 1",
    "ip daddr 192.0.2.10 tcp dport { 90-99 } meta mark set 1",
    "ip6 daddr 2001:db8::10 udp dport { 53 } meta mark set 2",
    "ip6 daddr 2001:db8::10 meta l4proto tcp meta mark set 4294967295",
    "ip daddr 192.0.2.10 sctp dport { 5, 7 } meta mark set 4",
    "ip daddr 192.0.2.10 meta l4proto sctp meta mark set 4",
]
OTHERS = [
    'ip saddr 10.0.0.0/8 ip daddr 192.0.2.10 tcp dport 80 counter packets 0 bytes 0 accept comment "x"',
    "ct state new meta mark set 0x00000009",
    "chain more: tcp dport 22 accept",
]


def test_a_table_of_marks_is_read_as_it_was_written() -> None:
    document = json.loads((HERE / "marks.json").read_text())
    lines = list(marks.rules(document, marks.handles((HERE / "marks.txt").read_text())))
    assert lines == ["chain more", *OURS, *OTHERS]
    assert None in list(marks.rules(document, {}))


def test_lines_are_marks_again() -> None:
    rules, strange = mark_rules([*OURS, *OTHERS])
    assert [nftables.rule_line(rule) for rule in rules] == OURS
    assert len(strange) == len(OTHERS)
    vip = parse_address("192.0.2.10")
    assert vip is not None
    assert rules[0] == MarkRule(1, vip, Protocol.TCP, ((80, 80), (443, 443), (8000, 8010)))


IN_A_NAMESPACE = """
from lvsc.finding import LvscError
from lvsc.kernel import marks
from lvsc.plan.thing import Marks, MarksValue
key, value = Marks(), MarksValue({lines!r})
assert marks.read(key) is None
marks.write(key, None)
marks.write(key, value)
assert marks.read(key) == value, marks.read(key)
marks.write(key, MarksValue(value.rules[1:]))
assert marks.read(key) == MarksValue(value.rules[1:])
try:
    marks.write(key, MarksValue(("nonsense",)))
except LvscError as error:
    assert "nft refused the table of firewall marks" in str(error), error
else:
    raise AssertionError("taken")
assert marks.read(key) == MarksValue(value.rules[1:])
marks.write(key, None)
assert marks.read(key) is None
"""


def test_nft_takes_and_gives_back_what_lvsc_writes() -> None:
    """In a network namespace of this machine's kernel: user-mode Linux has no table of family inet."""
    unshare = shutil.which("unshare")
    assert unshare is not None
    command = [unshare, "-rn", sys.executable, "-c", IN_A_NAMESPACE.format(lines=tuple(OURS))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_tables_are_named_if_they_do_something() -> None:
    found = list(other_tables(json.loads((HERE / "ruleset.json").read_text())))
    assert found == ["nftables table inet filter: a chain that drops everything", "nftables table ip nat: 1 rule"]


def test_receivers_are_told_by_port_and_family() -> None:
    document = [
        {"port": 6080, "gue": None, "family": "inet"},
        {"port": 6081, "gue": None, "family": "inet6"},
        {"port": 5555, "ipproto": 4},
    ]
    assert receivers(document) == {
        "lvsc-gue6080-4": DeviceValue("fou", 1500, "0.0.0.0", 6080),
        "lvsc-gue6081-6": DeviceValue("fou", 1500, "::", 6081),
    }


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("", "/etc/keepalived/keepalived.conf"),
        ("-D", "/etc/keepalived/keepalived.conf"),
        ("-f /srv/k.conf", "/srv/k.conf"),
        ("-f/srv/k.conf -D", "/srv/k.conf"),
        ("-nlDf /srv/k.conf -p /run/k.pid", "/srv/k.conf"),
        ("--use-file=/srv/k.conf", "/srv/k.conf"),
        ("--log-detail --use-file /srv/k.conf", "/srv/k.conf"),
        ("-p /run/f -f /a -f /b", "/b"),
        ("--all -f k.conf", "k.conf"),
    ],
)
def test_the_file_that_keepalived_reads(line: str, path: str) -> None:
    assert config_of(line.split()) == Path(path)


def test_a_router_stays_one_in_its_announcement() -> None:
    address = parse_address("2001:db8::1")
    assert address is not None
    mac = bytes.fromhex("020000000001")
    (host,), (router,) = frames_for(mac, address), frames_for(mac, address, router=True)
    assert (host[58], router[58]) == (0x20, 0xA0)
    for frame in (host, router):
        source, target, body = frame[22:38], frame[38:54], frame[54:]
        assert checksum(source + target + len(body).to_bytes(4, "big") + (58).to_bytes(4, "big") + body) == 0


def test_an_address_of_the_kernel_is_known() -> None:
    names = {1: "lo", 2: "eth0", 3: "sit0"}

    def made(index: int, family: int, address: str, prefix: int, **more: int) -> bool:
        message = {
            "index": index,
            "family": family,
            "prefixlen": prefix,
            "scope": 0,
            "flags": 0,
            "IFA_ADDRESS": address,
        }
        held = network_state.address({**message, **more}, names)
        return network_state.made_by_kernel({**message, **more}, held, "02:00:00:00:00:01")

    assert made(1, 2, "127.0.0.1", 8)
    assert made(1, 10, "::1", 128)
    assert made(2, 10, "fe80::ff:fe00:1", 64)
    assert made(2, 10, "fe80::1234", 64, IFA_PROTO=3)
    assert made(3, 10, "::7f00:1", 96)
    assert not made(2, 10, "fe80::1", 64)
    assert not made(1, 2, "127.0.0.2", 8)
    assert not made(2, 10, "2001:db8::1", 64)


@pytest.mark.parametrize(
    ("number", "what", "sentence", "remedy"),
    [
        (17, "address 192.0.2.1/32 on eth0", "address 192.0.2.1/32 on eth0 is there already", "plan again"),
        (99, "address 192.0.2.1/32 on eth0", "address 192.0.2.1/32 on eth0 is not there", "plan again"),
        (95, "ip6tnl device t", "this kernel cannot make ip6tnl device t", "modprobe ip6_tunnel"),
        (95, "dummy device t", "this kernel cannot make dummy device t", "modprobe dummy"),
        (1, "device t", "may not change device t", "CAP_NET_ADMIN"),
        (22, "device t", "the kernel refused device t: Invalid argument", ""),
    ],
)
def test_what_the_kernel_refuses_is_said(number: int, what: str, sentence: str, remedy: str) -> None:
    error = explained(number, what)
    assert str(error) == sentence
    assert remedy in error.remedy


HTTP = Service(4, "tcp", "192.0.2.1", 80)
MARK6 = Service(6, "", "", 0, 7)


def test_a_table_is_read_as_services() -> None:
    table: dict[Key, Value] = {
        HTTP: ServiceValue("mh", 0x1 | 0x8, 300, 24),
        Server(HTTP, "10.0.0.2", 80): ServerValue("dr", 3, 10, 5),
        Server(HTTP, "10.0.0.1", 80): ServerValue("tun", 1, tunnel="gue", tunnel_port=6080),
        MARK6: ServiceValue("rr", 0x4 | 0x8, 0, 128),
        Server(MARK6, "2001:db8::1", 0): ServerValue("nat", 0),
    }
    http, mark = services(table)
    assert (http.name, http.persistence, http.netmask) == ("192.0.2.1:80/tcp", 300, 24)
    assert (http.flags, http.one_packet) == ((SchedulerFlag.FALLBACK,), False)
    assert [(str(each.address), each.weight, each.upper_threshold) for each in http.destinations] == [
        ("10.0.0.2", 3, 10),
        ("10.0.0.1", 1, 0),
    ]
    assert (http.destinations[1].tunnel, http.destinations[1].tunnel_port) == (TunnelType.GUE, 6080)
    assert (mark.mark, mark.family.value, mark.address, mark.one_packet, mark.flags) == (7, 6, None, True, ())
    assert mark.destinations[0].method is ForwardingMethod.NAT


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (HTTP, ServiceValue("own", 0, 0, 32), "service 192.0.2.1:80/tcp has scheduler own"),
        (Service(4, "50", "192.0.2.1", 0), ServiceValue("rr", 0, 0, 32), "service 192.0.2.1:0/50 has protocol 50"),
        (HTTP, ServiceValue("rr", 1, 60, 32, "sip"), "service 192.0.2.1:80/tcp has persistence engine sip"),
    ],
)
def test_what_no_state_can_say_is_named(key: Service, value: ServiceValue, said: str) -> None:
    assert unsaid(key, value) == said
    assert list(services({key: value})) == []


def test_a_real_server_that_no_state_can_say_is_named() -> None:
    server = Server(HTTP, "10.0.0.1", 80)
    assert unsaid_server(server, ServerValue("1", 1)) == (
        "real server 10.0.0.1:80 of 192.0.2.1:80/tcp has forwarding method 1"
    )
    assert unsaid_server(server, ServerValue("tun", 1, tunnel="gue", tunnel_flags=1)) == (
        "real server 10.0.0.1:80 of 192.0.2.1:80/tcp has tunnel gue with flags 1"
    )
    assert unsaid_server(server, ServerValue("tun", 1, tunnel="gre")) is None
