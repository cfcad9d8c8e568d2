"""Whatever a file of the right shape says, it is loaded or refused with findings; what is loaded can be lowered."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lvsc.lower import lower
from lvsc.topology import load
from lvsc.topology.pages import LANGUAGE
from lvsc.topology.spec import validator
from tests.topology.whole import at, changed, paths, whole

WILD = settings(deadline=None, suppress_health_check=list(HealthCheck))

NETWORKS = st.sampled_from(["lan", "rack", "far"])
HOSTS = st.sampled_from(["core", "lvs1", "lvs2", "web1", "web2", "office"])
GROUPS = st.sampled_from(["edge", "inside"])
SERVERS = st.sampled_from(["web1", "web2", "web3", "web[1-2]", "web[2-3]", "web[1-3]", "db1"])
SUBNETS = st.sampled_from(
    ["192.0.2.0/24", "10.0.0.0/8", "10.0.0.0/30", "2001:db8::/64", "0.0.0.0/0", "192.0.2.5/32", "::/0"]
)
ADDRESSES = st.sampled_from(
    ["192.0.2.1", "192.0.2.2", "192.0.2.5", "192.0.2.255", "10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2", "::",
     "fe80::1", "255.255.255.255", "0.0.0.0", "127.0.0.1", "198.18.0.1", "224.0.0.1", "::ffff:10.0.0.1", "10.0.0"]
)  # fmt: skip
HOST_ADDRESSES = st.one_of(
    ADDRESSES,
    st.sampled_from(["192.0.2.[1-2]", "10.0.0.[1-3]", "2001:db8::[1-2]", "192.0.2.2/32", "192.0.2.2/0", "10.0.0.1/99"]),
)
GATEWAYS = st.one_of(ADDRESSES, st.sampled_from(["core", "lvs1", "edge", "inside", "nobody"]))


def few(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return item | st.lists(item, min_size=1, max_size=3)


def table(names: st.SearchStrategy[str], value: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    return st.dictionaries(names, value, min_size=least, max_size=3)


def keys(required: dict[str, Any] | None = None, **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required or {}, optional=optional)


INTERFACE = keys({"network": NETWORKS}, address=HOST_ADDRESSES, addresses=few(HOST_ADDRESSES), mtu=st.just(9000))
ROUTE = keys(
    {"to": st.sampled_from(["default", "10.0.0.0/8", "10.0.0.1", "::/0", "2001:db8::1", "10.0.0.1/8", "10.0.0"])},
    via=ADDRESSES,
    interface=st.sampled_from(["eth0", "eth1", "lo"]),
)
SYSCTLS = table(
    st.sampled_from(["net.ipv4.conf.all.arp_ignore", "net.ipv4.ip_forward", "net/ipv4/x"]), st.integers(0, 2)
)
HOST: dict[str, Any] = {
    "gateway": few(GATEWAYS),
    "routes": st.lists(ROUTE, max_size=2),
    "sysctls": SYSCTLS,
}
INTERFACES = {"interfaces": table(st.sampled_from(["eth0", "eth1", "lo"]), INTERFACE, 1)}
DURATIONS = st.sampled_from([0, 1, 300, 2678400, "0s", "1ms", "999ms", "1.5s", "5m", "31d", "999999999d", "0.001ms"])
COUNTS = st.sampled_from([0, 1, 5, 100])
PORTS = st.sampled_from([0, 1, 80, 443, 65535, "80-90", "1-65535", "90-80", "0-99", "85-95"])
PAGE = keys(
    path=st.sampled_from(["/", "x"]),
    status=st.sampled_from([200, "200-204", "204-200", [200, "400-404"]]),
    host=st.just("a"),
    digest=st.just("0" * 32),
    regex=st.sampled_from(["a", "(", "[", "a{99999999}", "(?R)"]),
    regex_options=st.just("caseless"),
    regex_min_offset=COUNTS,
    regex_max_offset=COUNTS,
)
SCRIPT = st.sampled_from([{"command": ["/x", "y"]}, {"command": ["x"], "user": "nobody"}])
CHECK = keys(
    tcp=st.none(),
    http=st.sampled_from([None, {}, {"path": "/", "status": 200, "host": "a"}]) | keys(urls=st.lists(PAGE, min_size=1)),
    https=PAGE,
    file=st.sampled_from([{"path": "/x"}, {"path": "x", "weight": -1}]),
    bfd=st.none() | keys(min_rx=DURATIONS, multiplier=st.just(3)),
    alpha=st.booleans(),
    address=few(ADDRESSES),
    source=few(ADDRESSES),
    mark=st.just(7),
    warmup=DURATIONS,
    dns=st.sampled_from([None, {"type": "A"}]),
    script=SCRIPT,
    udp=st.sampled_from([{"require_reply": True}, {"payload": "abc", "reply": "xx", "min_length": 300}]),
    port=st.just(1),
    interval=DURATIONS,
    timeout=DURATIONS,
    retries=st.just(0),
    retry_delay=DURATIONS,
)
HEALTH = st.none() | CHECK | st.lists(CHECK, min_size=1, max_size=3)
MEMBER = keys(port=st.just(8080), weight=COUNTS, upper_threshold=COUNTS, lower_threshold=COUNTS, health=HEALTH)
MEMBERS = st.lists(SERVERS, min_size=1, max_size=3) | table(SERVERS, st.none() | MEMBER, 1)
SETTINGS: dict[str, Any] = {
    "mode": st.sampled_from(["nat", "dr", "tun"]),
    "scheduler": st.sampled_from(["rr", "wlc", "sh", "mh"]),
    "scheduler_flags": few(st.sampled_from(["fallback", "port"])),
    "weight": COUNTS,
    "upper_threshold": COUNTS,
    "lower_threshold": COUNTS,
    "persistence": st.none() | DURATIONS | keys(timeout=DURATIONS, netmask=st.sampled_from([1, 24, 33, "255.0.255.0"])),
    "one_packet": st.booleans(),
    "tunnel": keys(type=st.sampled_from(["ipip", "gue", "gre"]), port=st.just(6080)),
    "health": HEALTH,
    "sorry_server": st.none()
    | keys(
        real_server=SERVERS.filter(lambda n: "[" not in n), address=ADDRESSES, port=st.just(1), inhibit=st.booleans()
    ),
    "quorum": st.integers(1, 9),
    "hysteresis": COUNTS,
    "alpha": st.booleans(),
    "inhibit_on_failure": st.booleans(),
    "quorum_up": st.none() | SCRIPT,
    "notify_down": SCRIPT,
    "smtp_alert": st.booleans(),
}
SERVICE = keys(
    {"vip": st.sampled_from(["web", "app"])},
    **SETTINGS,
    protocol=few(st.sampled_from(["tcp", "udp", "sctp"])),
    port=PORTS.filter(lambda port: isinstance(port, int)),
    ports=few(PORTS),
    as_one=st.booleans(),
    mark=st.sampled_from([1, 300, 4294967295]),
    helper=st.just("ftp"),
    real_servers=MEMBERS,
    pool=st.sampled_from(["p", "q"]),
)
FAILOVER = keys(
    {"directors": st.lists(HOSTS, min_size=1, max_size=3), "network": NETWORKS, "virtual_router_id": st.integers(1, 3)},
    preempt=st.booleans(),
    unicast=st.booleans(),
    follows=GROUPS,
    gateway_address=ADDRESSES,
    gateway_addresses=few(ADDRESSES),
    sync=keys({"network": NETWORKS}, id=st.just(3)),
)
NETWORK = keys(subnet=SUBNETS, subnets=few(SUBNETS), gateway=few(GATEWAYS), mtu=st.just(1400))
HOLDS = keys(vip_device=st.just("lo"), tunnel_device=st.just("tunl0"), sysctls=SYSCTLS)
FILE = keys(
    {"lvsc": st.just(1)},
    defaults=st.none() | keys(service=keys(**SETTINGS)),
    networks=table(NETWORKS, NETWORK),
    routers=table(HOSTS, keys(INTERFACES, **HOST)),
    clients=table(HOSTS, keys(network=NETWORKS, behind=HOSTS, address=ADDRESSES, addresses=few(ADDRESSES))),
    directors=table(HOSTS, keys(INTERFACES, **HOST)),
    failover=table(GROUPS, FAILOVER),
    real_servers=table(
        SERVERS,
        keys(INTERFACES, **HOST, managed=st.booleans(), vip_device=st.sampled_from(["lo", "eth0", "d"]), holds=HOLDS),
    ),
    pools=table(st.sampled_from(["p", "q"]), keys({"members": MEMBERS})),
    vips=table(
        st.sampled_from(["web", "app"]),
        keys(address=ADDRESSES, addresses=few(ADDRESSES), network=NETWORKS, failover=GROUPS, director=HOSTS),
    ),
    services=table(st.sampled_from(["http", "dns", "ftp"]), SERVICE),
)


def check(*documents: Any) -> bool:
    """Whether there was nothing to say; then the cluster can be lowered."""
    loaded = load([(f"f{index}", json.dumps(document).encode()) for index, document in enumerate(documents)])
    for finding in loaded.findings:
        assert finding.rule in LANGUAGE
        assert finding.message
        assert finding.remedy
        assert "None" not in finding.message + finding.remedy
    if loaded.findings:
        return False
    assert loaded.topology is not None
    lowered = lower(loaded.topology)
    assert set(lowered) >= {host.name for host in loaded.topology.hosts()} | set(loaded.topology.clients)
    return True


@given(FILE)
@settings(WILD, max_examples=500)
def test_any_file(document: Any) -> None:
    validator()(document)
    check(document)


@given(FILE, FILE)
@settings(WILD, max_examples=150)
def test_any_two_files(first: Any, second: Any) -> None:
    check(first, second)


# A cluster that is right, of which everything but names and addresses is wild.


def addresses(number: int, network: int, families: tuple[int, ...]) -> list[str]:
    return [f"10.{network}.0.{number}" if family == 4 else f"2001:db8:{network}::{number}" for family in families]


def hosts(name: str, first: int, count: int, networks: list[str], families: tuple[int, ...]) -> dict[str, Any]:
    return {
        f"{name}{index}": {
            "interfaces": {
                f"eth{port}": {
                    "network": network,
                    "addresses": addresses(first + index, ["lan", "rack"].index(network), families),
                }
                for port, network in enumerate(networks)
            }
        }
        for index in range(1, count + 1)
    }


def pair(families: tuple[int, ...]) -> dict[str, Any]:
    both = {"directors": ["lvs1", "lvs2"]}
    inside = {"follows": "edge", "gateway_addresses": addresses(1, 1, families), "sync": {"network": "rack"}}
    return {
        "edge": {**both, "network": "lan", "virtual_router_id": 1},
        "inside": {**both, **inside, "network": "rack", "virtual_router_id": 2},
    }


@st.composite
def nearly_right(draw: Any) -> Any:
    two, families = draw(st.booleans()), draw(st.sampled_from([(4,), (6,), (4, 6)]))
    subnets = {4: "10.{}.0.0/24", 6: "2001:db8:{}::/64"}
    networks: dict[str, Any] = {
        name: {"subnets": [subnets[family].format(index) for family in families]}
        for index, name in enumerate(["lan", "rack"])
    }
    networks["lan"]["gateway"] = draw(st.sampled_from([addresses(1, 0, families), ["core"], addresses(2, 0, families)]))
    servers = hosts("web", 20, 3, ["lan"], families) | hosts("db", 30, 2, ["rack"], families)
    document: dict[str, Any] = {
        "lvsc": 1,
        "networks": networks,
        "routers": {"core": hosts("core", 0, 1, ["lan"], families)["core1"]},
        "directors": hosts("lvs", 9, 2 if two else 1, ["lan", "rack"], families),
        "real_servers": servers,
        "vips": {"web": {"addresses": addresses(100, 0, families)}},
    }
    if two:
        document["failover"] = pair(families)
        document["vips"]["web"]["failover"] = "edge"
        networks["rack"]["gateway"] = ["inside"]
    for name in draw(st.lists(st.sampled_from(sorted(servers)), max_size=2, unique=True)):
        servers[name] |= {"managed": False} | draw(keys(holds=HOLDS))
    if draw(st.booleans()):
        document["clients"] = draw(st.sampled_from([{"home": {"behind": "core"}}, {"office": {"network": "lan"}}]))
    document["services"] = {f"s{index}": draw(a_service()) for index in range(draw(st.integers(1, 3)))}
    return document


@st.composite
def a_service(draw: Any) -> Any:
    mode = draw(st.sampled_from(["nat", "dr", "tun"]))
    members = st.lists(st.sampled_from(["web1", "web2", "web3", "db1", "db2"]), min_size=1, unique=True)
    service: dict[str, Any] = {"vip": "web", "mode": mode, "real_servers": draw(members)}
    if draw(st.booleans()):
        service |= {"ports": draw(st.sampled_from([[80, 443], ["80-90", 99], [0]])), "as_one": True}
    else:
        service["port"] = draw(st.sampled_from([0, 80, 443]))
    if draw(st.booleans()):
        service["protocol"] = draw(few(st.sampled_from(["tcp", "udp", "sctp"])))
    if mode == "tun":
        service["tunnel"] = draw(st.sampled_from([{}, {"type": "gre"}, {"type": "gue", "port": 6080}]))
    for key in draw(st.lists(st.sampled_from(["persistence", "health", "sorry_server", "scheduler"]), unique=True)):
        service[key] = draw(
            {
                "persistence": st.sampled_from(["5m", {"netmask": 24, "netmask6": 64}, None]),
                "health": st.sampled_from([{"tcp": {}}, {"script": {"command": ["/x"]}}, {"ping": None}, None]),
                "sorry_server": st.sampled_from([{"real_server": "web3"}, {"address": "10.0.0.9"}, None]),
                "scheduler": st.sampled_from(["rr", "mh"]),
            }[key]
        )
    return service


@given(nearly_right())
@settings(WILD, max_examples=150)
def test_clusters_that_are_right_are_lowered(document: Any) -> None:
    assert check(document), load([("f", json.dumps(document).encode())]).findings


PLACES = [path for path in paths(whole()) if path]
LEAVES = [at(whole(), path) for path in PLACES]


@given(st.sampled_from(PLACES), st.sampled_from(LEAVES))
@settings(WILD, max_examples=300)
def test_the_whole_document_with_one_part_in_the_place_of_another(path: Any, value: Any) -> None:
    check(changed(path, value))
