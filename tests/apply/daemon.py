"""Run as root in the lab's kernel: a director of keepalived, and real servers that answer. Writes what it saw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LVSC = [sys.executable, "-m", "lvsc"]
FOLDERS = ["--root", "/run/root", "--state", "/run/state"]
CONFIG = "/run/root/etc/keepalived/keepalived.conf"
TOPOLOGY = """\
lvsc: 1
networks:
  in: {subnet: 10.2.0.0/24, gateway: 10.2.0.254}
directors:
  lvs1: {interfaces: {br0: {network: in, address: 10.2.0.1}}}
real_servers:
  "r[1-3]": {interfaces: {e0: {network: in, address: "10.2.0.[11-13]"}}}
vips:
  web: {address: 10.2.0.100, network: in}
services:
  http:
    vip: web
    port: 80
    mode: dr
    scheduler: wrr
    real_servers: {"r[1-3]": {weight: 10}}
    health: {tcp: {}, interval: 2s, retries: 1, retry_delay: 1s, timeout: 1s}
"""
SETUP = """\
ip netns add d
ip -n d link set lo up
ip -n d link add br0 type bridge
ip -n d address add 10.2.0.1/24 dev br0
ip -n d link set br0 up
for n in 1 2 3; do
  ip netns add r$n
  ip link add e0 netns r$n type veth peer name r$n netns d
  ip -n d link set r$n master br0 up
  ip -n r$n address add 10.2.0.1$n/24 dev e0
  ip -n r$n link set e0 up
  ip -n r$n link set lo up
done
"""
ANSWERS = "import socket\ns=socket.create_server(('',80))\nwhile True: s.accept()[0].close()\n"
found: dict[str, Any] = {}
environment = {**os.environ, "PYTHONPATH": str(ROOT)}


def inside(*words: str) -> list[str]:
    return ["ip", "netns", "exec", "d", *words]


def table() -> list[str]:
    return subprocess.run(inside("ipvsadm", "-Sn"), capture_output=True, text=True, check=True).stdout.splitlines()


def keep(name: str, *words: str, folders: bool = True) -> None:
    """Run lvsc, and keep what it said and what the table is then."""
    command = inside(*LVSC, *words, *FOLDERS * folders)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=400)
    found[name] = {"code": done.returncode, "out": done.stdout, "err": done.stderr, "table": table()}
    print(name, done.returncode, flush=True)


def until(count: int, what: str = "-a ", seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while sum(line.startswith(what) for line in table()) != count and time.monotonic() < end:
        time.sleep(0.1)


def topology(name: str, *changes: tuple[str, str]) -> str:
    text = TOPOLOGY
    for old, new in changes:
        text = text.replace(old, new)
    Path("/run", name).write_text(text)
    return f"/run/{name}"


def main() -> None:
    subprocess.run(["sh", "-e"], input=SETUP, text=True, check=True)
    # keepalived knows nothing of another root: the files that it watches are those below ours.
    Path("/run/root/var/lib/lvsc").mkdir(parents=True)
    Path("/var/lib/lvsc").symlink_to("/run/root/var/lib/lvsc")
    servers = [subprocess.Popen(["ip", "netns", "exec", f"r{n}", "/usr/bin/python3", "-c", ANSWERS]) for n in (1, 2, 3)]
    first = topology("first.yaml")
    host = ("--host", "lvs1", "--drain", "5")
    keep("no daemon yet", "apply", first, *host)
    daemon = subprocess.Popen(
        inside("keepalived", "-n", "-l", "-f", CONFIG, "-p", "/run/k.pid", "-c", "/run/c.pid", "-r", "/run/v.pid"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(3)
    keep("running", "drift")
    keep("imported", "import", "--live", folders=False)
    keep("nothing to do", "apply", first, *host)
    keep("drain", "drain", "r1", "--wait", "1")
    until(1, "-a -t 10.2.0.100:80 -r 10.2.0.11:80 -g -w 0")
    keep("drained", "status")
    keep("undrain", "undrain", "r1")
    until(3, "-a -t 10.2.0.100:80 -r 10.2.0.1")
    time.sleep(1)
    found["undrained"] = table()
    servers[2].kill()
    until(2)
    keep("one is down", "drift")
    found["down"] = table()
    other = topology("other.yaml", ("scheduler: wrr", "scheduler: wlc"), ("weight: 10", "weight: 7"))
    keep("changed", "apply", other, *host)
    fewer = topology("fewer.yaml", ('{"r[1-3]": {weight: 10}}', '{"r[2-3]": {weight: 10}}'))
    keep("removed", "apply", fewer, *host)
    found["file"] = Path(CONFIG).read_text()
    Path("/run/wrong.sh").write_text("#!/bin/sh\nexit 1\n")
    keep("probe fails", "apply", other, *host, "--probe", "sh /run/wrong.sh")
    found["file after"] = Path(CONFIG).read_text()
    keep(
        "foreign owner",
        "apply",
        topology("plain.yaml", ("    health: {tcp: {}, interval: 2s, retries: 1, retry_delay: 1s, timeout: 1s}\n", "")),
        *host,
    )
    (Path(sys.argv[1]) / "results").write_text(json.dumps(found))
    daemon.terminate()
    for server in servers:
        server.kill()


main()
