"""Lines for ipvsadm, one kind of service after the other."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from lvsc.emit import emit_host
from lvsc.state import Destination, HostState, VirtualService
from lvsc.words import Family, ForwardingMethod, HostRole, Protocol, Scheduler, SchedulerFlag, TunnelType

V4, V6 = ip_address("192.0.2.100"), ip_address("2001:db8::100")
WEB = Destination("web", ip_address("192.0.2.11"), 80, ForwardingMethod.DR)


def rules(service: VirtualService) -> list[str]:
    files = {file.path: file.text for file in emit_host(HostState("lvs", HostRole.DIRECTOR, True, ipvs=(service,)))}
    return files["etc/lvsc/ipvsadm.rules"].splitlines()


def service(**changes: object) -> VirtualService:
    values: dict[str, object] = {
        "name": "http", "family": Family.V4, "protocol": Protocol.TCP, "address": V4, "port": 80, "mark": None,
        "scheduler": Scheduler.WLC,
    }  # fmt: skip
    return VirtualService(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param({}, "-A -t 192.0.2.100:80 -s wlc", id="tcp"),
        pytest.param(
            {"protocol": Protocol.UDP, "port": 53, "one_packet": True},
            "-A -u 192.0.2.100:53 -s wlc -o",
            id="udp, each packet anew",
        ),
        pytest.param(
            {"protocol": Protocol.UDP, "port": 5060, "persistence": 60, "engine": "sip"},
            "-A -u 192.0.2.100:5060 -s wlc -p 60 --pe sip",
            id="calls",
        ),
        pytest.param({"protocol": Protocol.SCTP}, "-A --sctp-service 192.0.2.100:80 -s wlc", id="sctp"),
        pytest.param({"family": Family.V6, "address": V6}, "-A -t [2001:db8::100]:80 -s wlc", id="IPv6"),
        pytest.param({"mark": 7, "address": None, "port": 0}, "-A -f 7 -s wlc", id="a mark"),
        pytest.param(
            {"mark": 7, "address": None, "port": 0, "family": Family.V6}, "-A -f 7 -6 -s wlc", id="a mark of IPv6"
        ),
        pytest.param({"persistence": 300}, "-A -t 192.0.2.100:80 -s wlc -p 300", id="persistence"),
        pytest.param(
            {"persistence": 300, "netmask": 24}, "-A -t 192.0.2.100:80 -s wlc -p 300 -M 255.255.255.0", id="its netmask"
        ),
        pytest.param(
            {"family": Family.V6, "address": V6, "persistence": 60, "netmask": 64},
            "-A -t [2001:db8::100]:80 -s wlc -p 60 -M 64",
            id="its prefix of IPv6",
        ),
        pytest.param(
            {"scheduler": Scheduler.MH, "flags": (SchedulerFlag.FALLBACK, SchedulerFlag.PORT)},
            "-A -t 192.0.2.100:80 -s mh -b mh-fallback,mh-port",
            id="flags",
        ),
    ],
)
def test_a_service(changes: dict[str, object], line: str) -> None:
    assert rules(service(**changes)) == [line]


@pytest.mark.parametrize(
    ("destination", "line"),
    [
        pytest.param(WEB, "-a -t 192.0.2.100:80 -r 192.0.2.11:80 -g -w 1", id="direct routing"),
        pytest.param(
            Destination("web", ip_address("10.0.0.11"), 8080, ForwardingMethod.NAT, 5, 100, 80),
            "-a -t 192.0.2.100:80 -r 10.0.0.11:8080 -m -w 5 -x 100 -y 80",
            id="nat with thresholds",
        ),
        pytest.param(
            Destination("web", ip_address("192.0.2.11"), 80, ForwardingMethod.TUN),
            "-a -t 192.0.2.100:80 -r 192.0.2.11:80 -i -w 1",
            id="ipip",
        ),
        pytest.param(
            Destination(
                "web", ip_address("192.0.2.11"), 80, ForwardingMethod.TUN, tunnel=TunnelType.GUE, tunnel_port=6080
            ),
            "-a -t 192.0.2.100:80 -r 192.0.2.11:80 -i -w 1 --tun-type gue --tun-port 6080",
            id="gue",
        ),
    ],
)
def test_a_real_server(destination: Destination, line: str) -> None:
    assert rules(service(destinations=(destination,)))[1:] == [line]
