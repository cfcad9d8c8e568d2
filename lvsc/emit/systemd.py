"""Units that load what lvsc emits at boot."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit import ipbatch, ipvsadm, nftables, sysctl
from lvsc.emit.base import HEADER, File
from lvsc.state import HostState

NAME = "systemd"
_FOLDER = "etc/systemd/system/"
_NETWORK = [
    "Description=VIPs, tunnels and routes of lvsc, for hosts without systemd-networkd",
    "Wants=network-online.target",
    "After=network-online.target systemd-sysctl.service",
    "ConditionPathExists=!/run/systemd/netif/state",
]


def emit(host: HostState) -> Iterator[File]:
    """`lvsc-table` restores the table where keepalived does not own it; `lvsc-marks` and `lvsc-network` the rest.

    None undoes anything when it stops: a restart must not empty a table that serves.
    """
    if any(ipvsadm.emit(host)):
        yield _unit(
            "lvsc-table",
            ["Description=IPVS table of lvsc", "Wants=network-online.target", "After=network-online.target"],
            [f"StandardInput=file:/{ipvsadm.PATH}", "ExecStart=/sbin/ipvsadm -R"],
        )
    if any(nftables.emit(host)):
        yield _unit(
            "lvsc-marks",
            [
                "Description=Firewall marks of lvsc",
                "After=nftables.service",
                "PartOf=nftables.service",
                "Before=keepalived.service lvsc-table.service",
            ],
            [f"ExecStart=/usr/sbin/nft -f /{nftables.PATH}"],
        )
    batches = [file.path for file in ipbatch.emit(host)]
    if batches:
        yield _unit("lvsc-network", _NETWORK, list(_network(host, batches)))


def _network(host: HostState, batches: list[str]) -> Iterator[str]:
    for path in batches:
        yield f"ExecStart=-/sbin/ip {'-6 ' * (path == ipbatch.PATH6)}-force -batch /{path}"
    if host.sysctls:
        yield f"ExecStartPost=/lib/systemd/systemd-sysctl /{sysctl.PATH}"


def _unit(name: str, unit: list[str], service: list[str]) -> File:
    lines = [
        "[Unit]",
        *unit,
        "After=systemd-modules-load.service",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        *service,
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return File(f"{_FOLDER}{name}.service", HEADER + "".join(f"{line}\n" for line in lines))
