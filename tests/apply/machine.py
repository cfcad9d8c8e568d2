"""Run as root in the lab's kernel: a machine that systemd runs, with the real systemd as its first process.

Its network namespace is its own, and a new one after a restart; files are where they always are.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LVSC = [sys.executable, "-m", "lvsc"]
TOPOLOGY = ROOT / "examples" / "dr-minimal.yaml"
CHECKED = """\
lvsc: 1
networks:
  lan: {subnet: 192.0.2.0/24, gateway: 192.0.2.1}
directors:
  lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}}}
  lvs2: {interfaces: {eth0: {network: lan, address: 192.0.2.3}}}
failover:
  pair: {directors: [lvs1, lvs2], network: lan, virtual_router_id: 61}
real_servers:
  "web[1-2]": {interfaces: {eth0: {network: lan, address: "192.0.2.[11-12]"}}}
vips:
  web: {address: 192.0.2.100, director: lvs1}
services:
  http: {vip: web, port: 80, mode: dr, scheduler: wrr, health: {tcp: {}}, real_servers: ["web[1-2]"]}
"""
WRITTEN = ("systemd", "sysctl.d", "modules-load.d", "keepalived")
# A mount and a process namespace; the name of the network namespace is the first argument.
INIT = """
mount -t proc proc /proc
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/systemd/system
printf '[Unit]\\nWants=lvsc-boot.service\\n' >/run/systemd/system/lvsc-test.target
for folder in {written}; do
    mkdir -p /run/etc/$folder
    [ ! -d /etc/$folder ] || mount --bind /run/etc/$folder /etc/$folder
done
exec env container=lvsc SYSTEMD_LOG_TARGET=console /lib/systemd/systemd --system --unit=lvsc-test.target
"""
NETWORK = """
set -e
ip netns add {name}
ip link add eth0 netns {name} type veth peer name {name}
ip link set {name} up
ip -n {name} link set lo up
ip -n {name} link set eth0 up
ip -n {name} address add 192.0.2.2/24 dev eth0
ip -n {name} route add default via 192.0.2.1
"""
found: dict[str, Any] = {}


class Machine:
    """Started; `stop` is the power cut."""

    def __init__(self, name: str) -> None:
        self.name = name
        subprocess.run(["sh", "-c", NETWORK.format(name=name)], check=True)
        init = INIT.format(written=" ".join(WRITTEN))
        enter = ["ip", "netns", "exec", name, "unshare", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c", init]
        self.output = Path(f"/run/{name}.log")
        with self.output.open("w") as log:
            self.process = subprocess.Popen(enter, stdout=log, stderr=log)
        wait(lambda: "private" in os.listdir("/run/systemd") if os.path.isdir("/run/systemd") else False)
        self.init = int(said(["pgrep", "-n", "-x", "systemd"]).out)

    def inside(self, *words: object) -> list[str]:
        return ["nsenter", "-t", str(self.init), "-m", "-p", "-n", "--", *map(str, words)]

    def say(self, *words: object) -> str:
        return said(self.inside(*words)).out

    def table(self) -> str:
        return self.say("ipvsadm", "-Sn")

    def lvsc(self, name: str, *words: object) -> None:
        """Run lvsc, and keep what it said and what the table is then."""
        done = said(self.inside(*LVSC, *words))
        found[name] = {"code": done.code, "out": done.out, "err": done.err, "table": self.table()}
        print(name, done.code, done.err, flush=True)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        subprocess.run(["rm", "-rf", "/run/systemd"], check=True)


class Said:
    """What a command said."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr


def said(words: list[str]) -> Said:
    return Said(
        subprocess.run(
            words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=300, cwd="/"
        )
    )


def wait(done: Callable[[], bool], seconds: float = 120) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def phase() -> str:
    """How far the apply is that is under way."""
    try:
        return str(json.loads(Path("/var/lib/lvsc/journal.json").read_text())["phase"])
    except FileNotFoundError:
        return "none"


def timers(machine: Machine) -> list[str]:
    units = machine.say("systemctl", "list-units", "--all", "--plain", "--no-legend", "lvsc-rollback-*")
    return sorted(line.split()[0].rsplit(".", 1)[1] for line in units.splitlines())


def manual(machine: Machine, seconds: int) -> subprocess.Popen[bytes]:
    """An apply that waits to be confirmed."""
    words = ["apply", TOPOLOGY, "--host", "lvs1", "--confirm", "manual", "--confirm-timeout", seconds]
    process = subprocess.Popen(machine.inside(*LVSC, *words), stdin=subprocess.DEVNULL, start_new_session=True)
    assert wait(lambda: phase() == "pending")
    return process


def confirmed_or_not(machine: Machine) -> None:
    process = manual(machine, 15)
    pending = {"timers": timers(machine), "table": machine.table()}
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    ended = wait(lambda: phase() == "none")
    found["killed while pending"] = {"pending": pending, "ended": ended, "table": machine.table()}
    process = manual(machine, 300)
    machine.lvsc("confirm", "confirm")
    found["confirm"]["waiting"] = process.wait(timeout=120)
    found["confirm"]["timers"] = timers(machine)


def booted(machine: Machine) -> None:
    """After the power cut: the unit that lvsc wrote has loaded the table."""
    wait(lambda: machine.say("systemctl", "is-active", "lvsc-boot.service").strip() in ("active", "failed"))
    shown = machine.say("systemctl", "show", "-P", "Before", "lvsc-boot.service").split()
    found["booted"] = {
        "active": machine.say("systemctl", "is-active", "lvsc-boot.service").strip(),
        "enabled": machine.say("systemctl", "is-enabled", "lvsc-boot.service").strip(),
        "before keepalived": "keepalived.service" in shown,
        "table": machine.table(),
        "address": "192.0.2.100/32" in machine.say("ip", "-o", "address"),
    }


def keepalived(machine: Machine) -> None:
    """Started where it does not run, reloaded where it does, both by systemctl."""
    changes: tuple[tuple[str, str, list[str]], ...] = (
        ("taken back", CHECKED, ["--probe", "false"]),
        ("given to keepalived", CHECKED, []),
        ("reloaded", CHECKED.replace("wrr", "wlc"), []),
        ("floating", CHECKED.replace("director: lvs1", "failover: pair"), []),
    )
    for name, text, options in changes:
        path = Path("/run/checked.yaml")
        path.write_text(text)
        machine.lvsc(name, "apply", path, "--host", "lvs1", *options)
        found[name]["active"] = machine.say("systemctl", "is-active", "keepalived.service").strip()
        found[name]["process"] = machine.say("systemctl", "show", "-P", "MainPID", "keepalived.service").strip()
        found[name]["address"] = "192.0.2.100/32" in machine.say("ip", "-o", "address")


def main() -> None:
    machine = Machine("one")
    try:
        confirmed_or_not(machine)
        machine.stop()
        machine = Machine("two")
        booted(machine)
        keepalived(machine)
    finally:
        print(machine.output.read_text()[-3000:], flush=True)
        (Path(sys.argv[1]) / "results").write_text(json.dumps(found))


main()
