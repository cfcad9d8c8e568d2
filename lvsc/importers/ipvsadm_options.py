"""The options of ipvsadm 1.31 that a saved table can hold, by their short names."""

from __future__ import annotations

# Commands, and how many plain words follow them.
COMMANDS = {"-A": 0, "-E": 0, "-a": 0, "-e": 0, "-D": 0, "-d": 0, "-C": 0, "-Z": 0, "-S": 0, "-R": 0, "-L": 0,
            "--set": 3, "--start-daemon": 1, "--stop-daemon": 1}  # fmt: skip

LONG = {
    "--add-service": "-A",
    "--edit-service": "-E",
    "--delete-service": "-D",
    "--add-server": "-a",
    "--edit-server": "-e",
    "--delete-server": "-d",
    "--clear": "-C",
    "--zero": "-Z",
    "--save": "-S",
    "--restore": "-R",
    "--list": "-L",
    "-l": "-L",
    "--tcp-service": "-t",
    "--udp-service": "-u",
    "--fwmark-service": "-f",
    "--ipv6": "-6",
    "--scheduler": "-s",
    "--sched-flags": "-b",
    "--persistent": "-p",
    "--netmask": "-M",
    "--ops": "-o",
    "--real-server": "-r",
    "--gatewaying": "-g",
    "--ipip": "-i",
    "--masquerading": "-m",
    "--weight": "-w",
    "--u-threshold": "-x",
    "--l-threshold": "-y",
    "--numeric": "-n",
}

VALUED = frozenset(
    {"-t", "-u", "-f", "--sctp-service", "-s", "-b", "-p", "-M", "--pe", "-r", "-w", "-x", "-y", "--tun-type",
     "--tun-port", "--mcast-interface", "--syncid", "--sync-maxlen", "--mcast-group", "--mcast-port", "--mcast-ttl"}
)  # fmt: skip

ALONE = frozenset({"-6", "-o", "-g", "-i", "-m", "-n", "--tun-csum", "--tun-nocsum", "--tun-remcsum", "--exact"})
