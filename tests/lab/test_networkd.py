"""The real systemd-networkd makes of the emitted files what the HostState says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lvsc.lab.result import Played
from lvsc.lab.scene import Scene
from lvsc.state import HostState, LinkKind
from tests.conftest import ROOT
from tests.lab.conftest import play, scene_of

ASKED = [("dr-minimal", "lvs1"), ("dr-minimal", "web1"), ("nat-two-arm", "app1"), ("tun-two-sites", "west1")]
# Devices and addresses are taken away first, so that what is there afterwards is networkd's. It drops privileges and
# takes every device for ready where /sys is read-only, as in a container.
SCRIPT = """
for device in lvsc-ipip lvsc-ip6tnl; do ip link del $device 2>/dev/null; done
for device in lo eth0; do ip addr flush dev $device; done
ip route flush table main; ip -6 route flush table main
mkdir -p /run/systemd/network && cp /run/lvsc-lab/{host}/etc/systemd/network/* /run/systemd/network/
mount -o remount,ro /sys
SYSTEMD_LOG_LEVEL=err /lib/systemd/systemd-networkd & daemon=$!
for turn in $(seq 200); do
    addresses=$(ip -o addr show scope global | wc -l)
    gateways=$( (ip route show default; ip -6 route show default) | wc -l)
    [ "$addresses $gateways" = "{addresses} {gateways}" ] && break
    sleep 0.2
done
sleep 1  # for what it adds beyond that
kill $daemon; wait $daemon
rm -rf /run/systemd/network
echo "[$(ip -j addr), $(ip -j route), $(ip -6 -j route), $(ip -j -d link)]"
"""


def asked(example: str) -> Scene:
    scene = scene_of(ROOT / "examples" / f"{example}.yaml")
    hosts = [host for name, host in ASKED if name == example]
    return Scene(example, scene.hosts, (), commands=tuple((host, script(scene.hosts[host])) for host in hosts))


def script(host: HostState) -> tuple[str, ...]:
    """Until networkd has made as much as is wanted of it."""
    gateways = len(host.routes) if "eth0" in touched(host) else 0
    return "sh", "-c", SCRIPT.format(host=host.name, addresses=len(wanted_of(host)), gateways=gateways)


@pytest.fixture(scope="module")
def played() -> dict[str, Played]:
    return play(asked(example) for example in dict(ASKED))


def outcome(played: dict[str, Played], example: str, host: str) -> tuple[HostState, list[list[dict[str, object]]]]:
    assert played[example].error == ""
    index = [name for where, name in ASKED if where == example].index(host)
    code, said = played[example].outputs[index]
    assert code == 0
    answer: list[list[dict[str, object]]] = json.loads(said[said.index("[[") :])
    return scene_of(Path(ROOT / "examples" / f"{example}.yaml")).hosts[host], answer


def touched(host: HostState) -> set[str]:
    """The devices for which lvsc emits a file."""
    names = {link.name for link in host.links if link.ours} | {held.device for held in host.addresses if held.ours}
    return names | {"eth0"} if any(route.ours for route in host.routes) else names


def wanted_of(host: HostState) -> set[tuple[str, str, bool]]:
    """The addresses on those devices, and whether each is deprecated."""
    devices = touched(host)
    return {
        (held.device, str(held.address), held.quiet and held.address.version == 6)
        for held in host.addresses
        if held.device in devices
    }


@pytest.mark.parametrize(("example", "name"), ASKED)
def test_it_holds_the_addresses(example: str, name: str, played: dict[str, Played]) -> None:
    host, (addresses, *_) = outcome(played, example, name)
    found = {
        (link["ifname"], f"{each['local']}/{each['prefixlen']}", each.get("deprecated", False))
        for link in addresses
        for each in link["addr_info"]  # type: ignore[attr-defined]
        if each["scope"] == "global"
    }
    assert found == wanted_of(host)


@pytest.mark.parametrize(("example", "name"), ASKED)
def test_it_holds_the_gateway_of_the_devices_it_configures(example: str, name: str, played: dict[str, Played]) -> None:
    host, (_, v4, v6, _) = outcome(played, example, name)
    found = {route["gateway"] for route in [*v4, *v6] if route["dst"] == "default"}
    assert found == ({str(route.via) for route in host.routes} if "eth0" in touched(host) else set())


def test_it_makes_the_tunnel_devices(played: dict[str, Played]) -> None:
    host, (*_, links) = outcome(played, "tun-two-sites", "west1")
    found = {link["ifname"]: link for link in links}
    tunnels = [link for link in host.links if link.kind in (LinkKind.IPIP, LinkKind.IP6TNL)]
    assert len(tunnels) == 2
    for link in tunnels:
        info = found[link.name]["linkinfo"]
        assert (info["info_kind"], info["info_data"]["local"]) == (link.kind.value, str(link.local))  # type: ignore[index]
        assert found[link.name]["mtu"] == link.mtu
