"""What systemd-networkd is told of a device that it shares with keepalived."""

from __future__ import annotations

from lvsc.emit import emit_host
from lvsc.lower import lower
from lvsc.topology import load

TEXT = """lvsc: 1
networks: {lan: {subnet: 192.0.2.0/24}, rack: {subnet: 10.0.0.0/24}}
directors:
  lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}, eth1: {network: rack, address: 10.0.0.2}}}
  lvs2: {interfaces: {eth0: {network: lan, address: 192.0.2.3}}}
failover: {pair: {directors: [lvs1, lvs2], network: lan, virtual_router_id: 61}}
vips:
  moves: {address: 192.0.2.100, failover: pair}
  stays: {address: 192.0.2.101, director: lvs1}
  inside: {address: 10.0.0.100, director: lvs1}
"""


def test_networkd_leaves_the_addresses_of_keepalived_alone() -> None:
    topology = load([("f", TEXT.encode())]).topology
    assert topology is not None
    files = {file.path: file.text for file in emit_host(lower(topology)["lvs1"])}
    assert "[Network]\nKeepConfiguration=static\n" in files["etc/systemd/network/10-lvsc-eth0.network"]
    assert "KeepConfiguration" not in files["etc/systemd/network/10-lvsc-eth1.network"]
