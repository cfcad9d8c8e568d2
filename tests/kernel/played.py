"""What is played in one boot: changes of a host, devices made twice, and hosts that are built and observed."""

from __future__ import annotations

import json
import socket
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from lvsc.emit.ipbatch import link_lines
from lvsc.lab import uml
from lvsc.lab.asking import case_json, case_modules
from lvsc.lab.boot_program import Program
from lvsc.lower import lower
from lvsc.plan.thing import Address, AddressValue, Device, DeviceValue, Key, RouteTo, RouteValue, Value
from lvsc.snapshot import read_states
from lvsc.state import Case, Held, HostState, Link, LinkKind
from lvsc.topology import load
from lvsc.words import HostRole, parse_address, parse_interface
from tests.conftest import ROOT

GUEST = Path(__file__).with_name("guest.py")
TRUTH = ROOT / "tests" / "walk" / "truth"
MODULES = (
    "ip_vs", "ip_vs_rr", "ip_vs_wlc", "ip_vs_sh", "nf_conntrack", "veth", "bridge", "dummy", "ipip", "sit",
    "ip6_tunnel", "ip_gre", "ip6_gre", "fou", "fou6", "8021q", "macvlan",
)  # fmt: skip
TIME_LIMIT = 900.0

# Every forwarding method and family, tunnels, bridges, vlans, macvlans, policy rules, neighbours, orders of settings.
CASES = (
    "dr-good", "dr-default-early", "dr-default-late", "dr-bridge-eth0", "dr-vlan-parent", "dr-vmac",
    "dr-eth0-ignore8-static", "dr-eth0-scopehost-ignore3", "dr-routed-localroute", "dr-gw-dir-acclocal",
    "dr6-gw-dir-fwd1", "nat-gw-policy", "nat6-full-ct1", "tun-good", "tun-tunl0-down", "tun-gue-nocsum",
    "tun-named-wrong-remote", "tun-big-req-advmss", "tun46-named-ipip6", "tun64-sit0", "fwm-policy", "udp-dr-ops",
    "thresh-upper-1",
)  # fmt: skip
EXAMPLES = ("dr-minimal", "dr-pair", "nat-two-arm", "tun-two-sites")


class Step(NamedTuple):
    """A change of one thing, what it is called in a test, and words of the refusal that is expected."""

    name: str
    key: Key
    after: Value | None
    refused: str = ""


def _device(name: str, kind: str, mtu: int, local: str, other: str) -> list[Step]:
    key = Device(name)
    first = DeviceValue(kind, mtu, local)
    return [
        Step(f"{kind} made", key, first),
        Step(f"{kind} with another MTU", key, first._replace(mtu=1300)),
        *([Step(f"{kind} with another outer address", key, DeviceValue(kind, 1300, other))] if other else []),
        Step(f"{kind} for any outer address", key, DeviceValue(kind, 1300)),
        Step(f"{kind} removed", key, None),
    ]


def _receiver(port: int, outer: int) -> list[Step]:
    key, local = Device(f"lvsc-gue{port}-{outer}"), "::" if outer == 6 else "0.0.0.0"
    return [
        Step(f"GUE over IPv{outer} opened", key, DeviceValue("fou", 1500, local, port)),
        Step(f"GUE over IPv{outer} closed", key, None),
    ]


DEFAULT, DEFAULT6 = RouteTo("0.0.0.0/0", 254, 0), RouteTo("::/0", 254, 0)
VIP, VIP6 = Address("eth0", "192.0.2.100/32"), Address("eth0", "2001:db8:9::100/128")
STEPS = (
    *_device("lvsc-vip", "dummy", 1500, "", ""),
    *_device("lvsc-ipip", "ipip", 1480, "10.0.0.1", "10.0.0.9"),
    *_device("lvsc-sit", "sit", 1480, "10.0.0.1", "10.0.0.9"),
    *_device("lvsc-gre", "gre", 1476, "10.0.0.1", "10.0.0.9"),
    *_device("lvsc-ip6tnl", "ip6tnl", 1452, "2001:db8::1", "2001:db8::9"),
    *_device("lvsc-ip6gre", "ip6gre", 1448, "2001:db8::1", "2001:db8::9"),
    Step("dummy down", Device("lvsc-x"), DeviceValue("dummy (down)", 1500)),
    Step("dummy up again", Device("lvsc-x"), DeviceValue("dummy", 1500)),
    Step("another kind under the same name", Device("lvsc-x"), DeviceValue("ipip", 1480, "10.0.0.1")),
    Step("the other kind removed", Device("lvsc-x"), None),
    *_receiver(6080, 4),
    *_receiver(6081, 6),
    Step("VIP on lo", Address("lo", "192.0.2.100/32"), AddressValue()),
    Step("VIP off lo", Address("lo", "192.0.2.100/32"), None),
    Step("VIP on a wire", VIP, AddressValue()),
    Step("VIP off the wire", VIP, None),
    Step("IPv6 VIP on lo", Address("lo", "2001:db8:9::100/128"), AddressValue(True)),
    Step("IPv6 VIP on lo used", Address("lo", "2001:db8:9::100/128"), AddressValue(False)),
    Step("IPv6 VIP off lo", Address("lo", "2001:db8:9::100/128"), None),
    Step("IPv6 VIP on a wire", VIP6, AddressValue(True)),
    Step("IPv6 VIP off the wire", VIP6, None),
    Step("default route", DEFAULT, RouteValue("10.0.0.2", "eth0")),
    Step("another gateway", DEFAULT, RouteValue("10.0.0.3", "eth0")),
    Step("default route away", DEFAULT, None),
    Step("IPv6 default route", DEFAULT6, RouteValue("2001:db8::2", "eth0")),
    Step("another IPv6 gateway", DEFAULT6, RouteValue("2001:db8::3", "eth0")),
    Step("a link-local gateway", DEFAULT6, RouteValue("fe80::2", "eth0")),
    Step("IPv6 default route away", DEFAULT6, None),
    Step("route of table 1000", RouteTo("198.51.100.0/24", 1000, 7), RouteValue("10.0.0.2", "eth0", 3)),
    Step("route of table 1000 away", RouteTo("198.51.100.0/24", 1000, 7), None),
    Step("route without gateway", RouteTo("198.51.100.0/24", 254, 0), RouteValue("", "eth0", 4)),
    Step("route without gateway away", RouteTo("198.51.100.0/24", 254, 0), None),
    Step("address on no device", Address("no0", "192.0.2.1/32"), AddressValue(), "no such device"),
    Step("gateway nowhere", DEFAULT, RouteValue("203.0.113.9"), "gateway is on no connected network"),
    Step("device of no kind", Device("odd0"), DeviceValue("nokind", 1500), "modprobe nokind"),
)  # fmt: skip
DEVICES = tuple(
    Link(f"lvsc-{kind.value}", kind, mtu=mtu, local=parse_address(local), ours=True)
    for kind, mtu, local in (
        (LinkKind.DUMMY, 1500, ""),
        (LinkKind.IPIP, 1480, "10.0.0.1"),
        (LinkKind.SIT, 1480, "10.0.0.1"),
        (LinkKind.GRE, 1476, "10.0.0.1"),
        (LinkKind.IP6TNL, 1452, "2001:db8::1"),
        (LinkKind.IP6GRE, 1448, "2001:db8::1"),
        (LinkKind.IPIP, 1480, ""),
    )
)
LISTENING = (
    (socket.AF_INET, socket.SOCK_STREAM, "0.0.0.0", 80),
    (socket.AF_INET6, socket.SOCK_STREAM, "::", 443),
    (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1", 53),
)


def _host(name: str, number: int) -> HostState:
    addresses = [parse_interface(text) for text in (f"10.0.0.{number}/24", f"2001:db8::{number}/64")]
    return HostState(
        name,
        HostRole.CLIENT,
        False,
        links=(Link("lo", LinkKind.LOOPBACK, mtu=65536), Link("eth0", LinkKind.ETHERNET, segment="lan")),
        addresses=tuple(Held("eth0", each) for each in addresses if each),
    )


PAIR = Case("pair", {"host": _host("host", 1), "near": _host("near", 2)}, ())


@lru_cache(maxsize=1)
def cases() -> dict[str, Case]:
    """The recorded cases, and hosts as lvsc makes them of a topology."""
    found = {name: read_states([TRUTH / f"{name}.json"]) for name in CASES}
    for name in EXAMPLES:
        path = ROOT / "examples" / f"{name}.yaml"
        topology = load([(str(path), path.read_bytes())]).topology
        assert topology is not None
        found[path.stem] = Case(path.stem, lower(topology), ())
    return found


def play() -> dict[str, Any]:
    """Boot once; what was found."""
    every = list(cases().values())
    job = {
        "pair": case_json(PAIR, 0),
        "steps": [[list(step.key), None if step.after is None else list(step.after)] for step in STEPS],
        "devices": [
            [list(link_lines(link)), list(Device(link.name)), list(_value(link))]
            for link in DEVICES
        ],
        "observed": [
            [
                case_json(case, index, quick=True),
                {name: host.role.value for name, host in case.hosts.items()},
                LISTENING if case.name == "dr-good" else (),
            ]
            for index, case in enumerate(every)
        ],
    }  # fmt: skip
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "job.json").write_text(json.dumps(job))
        ran = uml.run(Program(GUEST, folder, (*MODULES, *case_modules(every)), TIME_LIMIT))
        assert ran.exit_code == 0, ran.log
        found: dict[str, Any] = json.loads((folder / "found.json").read_text())
        return found


def _value(link: Link) -> DeviceValue:
    return DeviceValue(link.kind.value, link.mtu, str(link.local or ""))
