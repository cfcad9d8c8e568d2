"""What a topology means once it is read: defaults, inference, durations, gateways, marks."""

from __future__ import annotations

from typing import Any

import pytest

from lvsc.topology import Service, Topology, load
from lvsc.topology.build_marks import FIRST_MARK, MARKS
from lvsc.words import (
    Family,
    ForwardingMethod,
    Protocol,
    Scheduler,
    SchedulerFlag,
    Script,
    TunnelType,
    Upkeep,
    pages,
)

TOP = """lvsc: 1
networks:
  lan: {subnets: [192.0.2.0/24, "2001:db8::/64"], gateway: 192.0.2.1}
  rack: {subnet: 10.0.0.0/24}
directors:
  lvs1:
    interfaces: {eth0: {network: lan, addresses: [192.0.2.2, "2001:db8::2"]}, eth1: {network: rack, address: 10.0.0.2}}
  lvs2: {interfaces: {eth0: {network: lan, address: 192.0.2.3}}}
real_servers:
  "web[1-3]": {interfaces: {eth0: {network: lan, address: "192.0.2.[11-13]"}}}
vips:
  web: {address: 192.0.2.100}
"""


def right(text: str) -> Topology:
    loaded = load([("f", text.encode())])
    assert loaded.findings == ()
    assert loaded.topology is not None
    return loaded.topology


def service(body: str, defaults: str = "") -> Service:
    text = f"{TOP}{defaults}services:\n  http: {{vip: web, {body}}}\n"
    return right(text).services["http"]


PLAIN = "port: 80, mode: dr, real_servers: [web1]"


def test_what_is_inferred() -> None:
    found = service(PLAIN)
    assert (found.protocols, found.ports, found.mark) == ((Protocol.TCP,), ((80, 80),), None)
    assert (found.mode, found.scheduler, found.flags) == (ForwardingMethod.DR, Scheduler.WLC, ())
    assert (found.persistence, found.health, found.sorry, found.one_packet) == (None, None, None, False)
    assert (found.tunnel, found.tunnel_port, found.helper) == (TunnelType.IPIP, None, None)
    [member] = found.members
    assert (member.server, member.port, member.weight) == ("web1", None, 1)
    assert (member.upper_threshold, member.lower_threshold) == (0, 0)


DEFAULTS = (
    "defaults: {service: {mode: nat, scheduler: sh, scheduler_flags: port, weight: 7, persistence: 1h,"
    " health: {tcp: {}, retries: 9}, sorry_server: {address: 198.51.100.1},"
    " upper_threshold: 20, lower_threshold: 10}}\n"
)


def test_defaults_hold_where_nothing_else_is_said() -> None:
    found = service("port: 80, real_servers: {web1: {}, web2: {weight: 0, lower_threshold: 5}}", DEFAULTS)
    assert (found.mode, found.scheduler, found.flags) == (
        ForwardingMethod.NAT,
        Scheduler.SH,
        (SchedulerFlag.PORT,),
    )
    assert found.persistence is not None
    assert found.persistence.timeout == 3600
    assert found.health is not None
    assert (found.health.kind.value, found.health.retries, found.health.interval) == ("tcp", 9, 5000)
    assert found.sorry is not None
    assert [(each.weight, each.upper_threshold, each.lower_threshold) for each in found.members] == [
        (7, 20, 10),
        (0, 20, 5),
    ]


def test_a_service_replaces_a_default_as_a_whole() -> None:
    body = "port: 80, real_servers: [web1], mode: dr, scheduler: mh, weight: 3, health: {http: {}}"
    found = service(body, DEFAULTS)
    assert (found.mode, found.scheduler) == (ForwardingMethod.DR, Scheduler.MH)
    assert found.health is not None
    assert (found.health.kind.value, found.health.retries) == ("http", 3)
    assert found.members[0].weight == 3


def test_null_switches_a_default_off() -> None:
    found = service("port: 80, real_servers: [web1], persistence: null, health: ~, sorry_server: null", DEFAULTS)
    assert (found.persistence, found.health, found.sorry) == (None, None, None)


def test_flags_of_a_default_are_for_schedulers_that_have_some() -> None:
    assert service("port: 80, real_servers: [web1], scheduler: rr", DEFAULTS).flags == ()


def test_the_tunnel_of_a_default_is_for_services_that_tunnel() -> None:
    defaults = "defaults: {service: {tunnel: {type: gue, port: 6080}}}\n"
    assert service(PLAIN, defaults).mode is ForwardingMethod.DR
    found = service("port: 80, mode: tun, real_servers: [web1]", defaults)
    assert (found.tunnel, found.tunnel_port) == (TunnelType.GUE, 6080)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("5", 5000), ("0.5s", 500), ("1.25s", 1250), ("250ms", 250), ("2m", 120_000), ("1h", 3_600_000),
     ("1d", 86_400_000), ("1.5m", 90_000), ("0.001s", 1)],
)  # fmt: skip
def test_durations(text: str, milliseconds: int) -> None:
    found = service(f"{PLAIN}, health: {{tcp: {{}}, interval: {text}}}").health
    assert found is not None
    assert found.interval == milliseconds


@pytest.mark.parametrize(
    ("said", "timeout", "netmask", "netmask6"),
    [
        ("300", 300, 32, 128),
        ("5m", 300, 32, 128),
        ("31d", 2_678_400, 32, 128),
        ("2000ms", 2, 32, 128),
        ("{}", 300, 32, 128),
        ("{timeout: 60}", 60, 32, 128),
        ("{netmask: 24}", 300, 24, 128),
        ("{netmask: 255.255.255.0}", 300, 24, 128),
        ("{netmask: 255.255.255.255, netmask6: 64}", 300, 32, 64),
    ],
)
def test_persistence(said: str, timeout: int, netmask: int, netmask6: int) -> None:
    found = service(f"{PLAIN}, persistence: {said}").persistence
    assert found is not None
    assert (found.timeout, found.netmask, found.netmask6) == (timeout, netmask, netmask6)


@pytest.mark.parametrize(
    ("said", "ports"),
    [
        ("port: 0", ((0, 0),)),
        ("ports: 80", ((80, 80),)),
        ("ports: [80, 443]", ((80, 80), (443, 443))),
        ("ports: 8000-8010, as_one: true", ((8000, 8010),)),
        ("ports: [443, 8000-8010, 80], as_one: true", ((443, 443), (8000, 8010), (80, 80))),
        ("ports: [20-30], mark: 5", ((20, 30),)),
        ("mark: 5", ()),
    ],
)
def test_ports(said: str, ports: tuple[tuple[int, int], ...]) -> None:
    assert service(f"{said}, mode: dr, real_servers: [web1]").ports == ports


def test_names_of_real_servers() -> None:
    named = service("port: 80, mode: dr, real_servers: ['web[2-3]', web1]").members
    assert [member.server for member in named] == ["web2", "web3", "web1"]
    mapped = service("port: 80, mode: dr, real_servers: {'web[1-2]': {weight: 5}, web3: }").members
    assert [(member.server, member.weight) for member in mapped] == [("web1", 5), ("web2", 5), ("web3", 1)]


def test_a_pool_takes_the_weight_of_the_service() -> None:
    text = f"{TOP}pools: {{all: {{members: {{web1: {{weight: 9}}, web2: }}}}}}\n"
    text += "services:\n  a: {vip: web, port: 80, mode: dr, pool: all, weight: 4}\n"
    assert [member.weight for member in right(text).services["a"].members] == [9, 4]


def test_a_vip_finds_its_network_and_directors() -> None:
    vip = right(TOP).vips["web"]
    assert (vip.network, vip.directors, vip.failover) == ("lan", ("lvs1", "lvs2"), None)


@pytest.mark.parametrize(
    ("said", "network", "directors"),
    [
        ("{address: 192.0.2.100, director: lvs2}", "lan", ("lvs2",)),
        ("{address: 10.0.0.9}", "rack", ("lvs1",)),
        ("{address: 198.51.100.1, network: lan}", "lan", ("lvs1", "lvs2")),
        ("{address: 198.51.100.1, failover: pair}", "lan", ("lvs2", "lvs1")),
        ('{addresses: [192.0.2.100, "2001:db8::100"]}', "lan", ("lvs1", "lvs2")),
    ],
)
def test_vips(said: str, network: str, directors: tuple[str, ...]) -> None:
    pair = "failover: {pair: {directors: [lvs2, lvs1], network: lan, virtual_router_id: 9}}\n"
    vip = right(TOP.replace("{address: 192.0.2.100}", said) + pair).vips["web"]
    assert (vip.network, vip.directors) == (network, directors)


GATEWAYS = """lvsc: 1
networks:
  lan: {subnets: [192.0.2.0/24, "2001:db8::/64"], gateway: LAN}
  rack: {subnets: [10.0.0.0/24], gateway: RACK}
routers:
  core:
    interfaces:
      a: {network: lan, addresses: [192.0.2.1, 192.0.2.9, "2001:db8::1"]}
      b: {network: rack, address: 10.0.0.1}
directors:
  lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}, eth1: {network: rack, address: 10.0.0.2}}}
failover:
  inside: {directors: [lvs1], network: rack, virtual_router_id: 1, gateway_address: 10.0.0.254}
real_servers:
  web1: {interfaces: {eth0: {network: lan, addresses: [192.0.2.11, "2001:db8::11"]}}}
  db1: {interfaces: {eth0: {network: rack, address: 10.0.0.11}}}
"""


@pytest.mark.parametrize(
    ("lan", "rack", "web1", "db1"),
    [
        ("core", "core", ["192.0.2.1", "2001:db8::1"], ["10.0.0.1"]),
        ("192.0.2.7", "10.0.0.7", ["192.0.2.7"], ["10.0.0.7"]),
        ('["192.0.2.7", "2001:db8::7"]', "lvs1", ["192.0.2.7", "2001:db8::7"], ["10.0.0.2"]),
        ("lvs1", "inside", ["192.0.2.2"], ["10.0.0.254"]),
        ('["fe80::1", 192.0.2.7]', "[10.0.0.7]", ["fe80::1", "192.0.2.7"], ["10.0.0.7"]),
    ],
    ids=["a router", "addresses", "both, a director", "a director, a failover group", "link-local"],
)
def test_gateways(lan: str, rack: str, web1: list[str], db1: list[str]) -> None:
    found = right(GATEWAYS.replace("LAN", lan).replace("RACK", rack)).real_servers
    assert [str(gateway) for gateway in found["web1"].gateways] == web1
    assert [str(gateway) for gateway in found["db1"].gateways] == db1


def test_a_host_has_its_own_gateway_before_that_of_its_network() -> None:
    text = GATEWAYS.replace("LAN", "core").replace("RACK", "core")
    text = text.replace("address: 10.0.0.11}}", "address: 10.0.0.11}}, gateway: inside")
    assert [str(gateway) for gateway in right(text).real_servers["db1"].gateways] == ["10.0.0.254"]


def test_nobody_is_the_gateway_of_himself() -> None:
    found = right(GATEWAYS.replace("LAN", "lvs1").replace("RACK", "lvs1"))
    assert found.directors["lvs1"].gateways == ()


def test_routers_take_no_gateway_from_a_network() -> None:
    found = right(GATEWAYS.replace("LAN", "192.0.2.7").replace("RACK", "10.0.0.7"))
    assert found.routers["core"].gateways == ()


def test_a_gateway_behind_a_route_to_the_link() -> None:
    text = GATEWAYS.replace("LAN", "core").replace("RACK", "core")
    extra = "gateway: 172.31.1.1, routes: [{to: 172.31.1.1, interface: eth0}]"
    text = text.replace("address: 10.0.0.11}}", f"address: 10.0.0.11}}}}, {extra}")
    assert [str(gateway) for gateway in right(text).real_servers["db1"].gateways] == ["172.31.1.1"]


def test_addresses_take_the_prefix_of_their_subnet() -> None:
    text = "lvsc: 1\nnetworks: {lan: {subnets: [192.0.2.0/26, '2001:db8::/56']}}\n"
    text += (
        "directors: {lvs1: {interfaces: {eth0: {network: lan, addresses: [192.0.2.2, 192.0.2.3/32, '2001:db8::2']}}}}\n"
    )
    host = right(text).directors["lvs1"]
    assert [str(address) for port in host.ports for address in port.addresses] == [
        "192.0.2.2/26",
        "192.0.2.3/32",
        "2001:db8::2/56",
    ]
    assert str(host.address_on("lan", Family.V6)) == "2001:db8::2"


def test_origins_of_defaults() -> None:
    found = service("port: 80, mode: dr, real_servers: [web1]", "defaults: {service: {scheduler: rr}}\n")
    assert found.origin.at("scheduler")[1:3] == (13, 33)
    assert found.origin.at("port")[1:3] == (15, 26)
    assert found.origin.at("weight")[1:3] == (15, 3)
    assert not found.origin.says("scheduler")


def test_sysctls_of_both_spellings() -> None:
    text = TOP.replace("lvs2: {", "lvs2: {sysctls: {net/ipv4/conf/eth0.5/rp_filter: 2, net.ipv4.ip_forward: 1}, ")
    assert right(text).directors["lvs2"].sysctls == {"net/ipv4/conf/eth0.5/rp_filter": 2, "net/ipv4/ip_forward": 1}


# Marks.


def marks(names: list[str], written: dict[str, int] | None = None) -> dict[str, Any]:
    services = "".join(
        f"  {name}: {{vip: web, ports: {2 + index}, as_one: true, mode: dr, real_servers: [web1]"
        + (f", mark: {written[name]}" if written and name in written else "")
        + "}\n"
        for index, name in enumerate(names)
    )
    return {name: found.mark for name, found in right(f"{TOP}services:\n{services}").services.items()}


def test_marks_never_collide() -> None:
    found = marks([f"s{index}" for index in range(600)])
    assert len(set(found.values())) == 600
    assert all(FIRST_MARK <= mark < FIRST_MARK + MARKS for mark in found.values())


def test_marks_stay_when_services_come_and_go() -> None:
    names = [f"service-{index}" for index in range(40)]
    alone = {name: marks([name])[name] for name in names}
    assert len(set(alone.values())) == len(names), "two names that fall on one number: choose others for this test"
    assert marks(names) == alone
    assert marks(list(reversed(names))) == alone
    assert marks(names[::3]) == {name: alone[name] for name in names[::3]}


def test_a_chosen_mark_makes_way_for_a_written_one() -> None:
    own = marks(["web"])["web"]
    assert marks(["web", "other"], {"other": own}) == {"web": own + 1, "other": own}
    assert marks(["web"], {"web": 7}) == {"web": 7}


def test_names_that_fall_on_one_number() -> None:
    found: dict[int, str] = {}
    for index in range(1000):
        name = f"n{index}"
        own = marks_of([name])[name]
        if own in found:
            assert marks_of([found[own], name]) == marks_of([name, found[own]])
            assert len(set(marks_of([found[own], name]).values())) == 2
            return
        found[own] = name
    raise AssertionError("no two names fall on one number")


def marks_of(names: list[str]) -> dict[str, int]:
    """The marks alone, without building a topology."""
    from lvsc.source import Map, Span
    from lvsc.topology.build_marks import marks as chosen
    from lvsc.topology.desk import Desk
    from lvsc.topology.merge import Named

    return chosen(Desk(), [Named(name, Span("f", 1, 1, 1, 2), Map(as_one=True)) for name in names])


def test_more_services_than_marks() -> None:
    text = "".join(f"  s{i}: {{vip: web, port: 1, mark: {FIRST_MARK + i}, mode: dr, pool: p}}\n" for i in range(MARKS))
    text = f"{TOP}pools: {{p: {{members: [web1]}}}}\nservices:\n{text}"
    text += "  last: {vip: web, port: 2, as_one: true, mode: dr, pool: p}\n"
    messages = [finding.message for finding in load([("f", text.encode())]).findings]
    assert messages == [f"service `last` needs a mark, but all {MARKS} that lvsc chooses from are taken"]


def test_what_runs_on_a_node() -> None:
    said = '{proxy_mode: ipvs, version: "1.35", exclude_cidrs: 192.0.2.0/24}'
    node = right(
        f"{TOP}  mail: {{address: 192.0.2.101}}\n".replace('web[1-3]": {', f'web[1-3]": {{kubernetes: {said}, ')
    )
    held = node.real_servers["web2"].kubernetes
    assert held is not None
    assert (held.ipvs, held.version, held.strict_arp, held.masquerade_bit) == (True, (1, 35), False, 14)
    assert [str(network) for network in held.exclude_cidrs] == ["192.0.2.0/24"]
    assert node.directors["lvs1"].kubernetes is None


def test_several_checks_and_those_of_one_real_server() -> None:
    found = service(
        "port: 80, mode: dr, health: [{tcp: {}, interval: 2s}, {ping: {}}],"
        ' real_servers: {"web[1-2]": {health: {script: {command: [/x], user: www}}}, web3: {health: null}}'
    )
    assert [check.kind.value for check in found.checks] == ["tcp", "ping"]
    assert found.health is found.checks[0]
    assert [[check.kind.value for check in found.checks_of(each)] for each in found.members] == [
        ["script"], ["script"], []
    ]  # fmt: skip
    assert [check.kind.value for check in found.every_check()] == ["tcp", "ping", "script"]
    assert dict(found.own_checks[0].option) == {"command": ("/x",), "user": "www"}


def test_pages_are_those_of_urls_or_the_one_of_the_check() -> None:
    one = service(f"{PLAIN}, health: {{http: {{path: /a, status: 200-204, protocol: '1.1'}}}}").health
    several = service(
        f"{PLAIN}, health: {{https: {{urls: [{{status: [200, 301]}}, {{regex_options: dotall, regex: a}}]}}}}"
    )
    assert one is not None
    assert several.health is not None
    assert pages(one.option) == ({"path": "/a", "status": ("200-204",)},)
    assert pages(several.health.option) == (
        {"status": ("200", "301")}, {"regex": "a", "regex_options": ("dotall",)}
    )  # fmt: skip


def test_what_few_say_of_a_check() -> None:
    text = "bfd: {min_rx: 50ms, multiplier: 3}, alpha: true"
    found = service(f"{PLAIN}, health: {{{text}}}").health
    assert found is not None
    assert (found.option, found.alpha) == ((("min_rx", 50), ("multiplier", 3)), True)
    text = 'tcp: {}, warmup: 2s, address: [192.0.2.9, "2001:db8::9"], source: 192.0.2.2, source_port: 9, mark: 8'
    found = service(f"{PLAIN}, health: {{{text}}}").health
    assert found is not None
    assert (found.warmup, found.source_port, found.mark) == (2000, 9, 8)
    assert [str(each) for each in (*found.addresses, *found.sources)] == ["192.0.2.9", "2001:db8::9", "192.0.2.2"]


def test_upkeep_comes_from_the_service_or_its_defaults() -> None:
    said = "defaults: {service: {omega: true, quorum_up: {command: [/x, up], user: www}, notify_up: {command: [/y]}}}\n"
    found = service(f"{PLAIN}, notify_up: null, smtp_alert: false, persistence: {{engine: sip}}, protocol: udp", said)
    assert found.upkeep == Upkeep(omega=True, quorum_up=Script(("/x", "up"), "www"), smtp_alert=False)
    assert found.persistence is not None
    assert (found.persistence.engine, found.persistence.timeout) == ("sip", 300)
