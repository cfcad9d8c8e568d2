"""Run as root in the lab's kernel: a pair of directors with the real keepalived, from the files that lvsc emits.

argv[1] holds scene.json (lvsc.lab.scene.as_json). A check fails and works again; then the master loses its power.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from lvsc.lab.guest import netns
from lvsc.lab.guest.cluster import Cluster, holds

VIP, CLIENT, MASTER, STANDBY, SERVER = "203.0.113.100", "remote", "lvs1", "lvs2", "203.0.113.21"
BEFORE, AFTER, PATIENCE = 2.0, 7.0, 0.3
found: dict[str, Any] = {}


def in_host(name: str, deed: Callable[[], None]) -> int:
    """A process on a host."""
    child = os.fork()
    if child == 0:
        try:
            with netns.inside(name):
                deed()
        finally:
            os._exit(0)
    return child


def serve(name: str) -> None:
    """A real server: pages that are fine, a greeting on port 25, and to a line that is no request its own name."""

    def talk(client: socket.socket) -> None:
        with client:
            while data := client.recv(1000):
                page = data.startswith(b"GET ")
                client.sendall(b"HTTP/1.0 200 OK\r\n\r\n" if page else f"{name}\n".encode())
                if page:
                    return

    def accept(listener: socket.socket) -> None:
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        for port in (80, 25):
            listener = socket.socket(family)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((address, port))
            listener.listen(512)
            threading.Thread(target=accept, args=(listener,)).start()
    signal.pause()


def word(connection: socket.socket) -> str:
    connection.sendall(b"who\n")
    return connection.recv(100).decode().strip()


def ask_on(results: Path, until: float) -> None:
    """New connections without pause, and one that stays; when each was answered, and by whom."""
    stays: list[tuple[float, str]] = []

    def stay() -> None:
        try:
            with socket.create_connection((VIP, 80), 5) as connection:
                connection.settimeout(AFTER + 10)
                while time.monotonic() < until:
                    stays.append((time.monotonic(), word(connection)))
                    time.sleep(0.05)
        except OSError as error:
            stays.append((time.monotonic(), f"lost: {error}"))

    thread = threading.Thread(target=stay)
    thread.start()
    new: list[tuple[float, str]] = []
    while time.monotonic() < until:
        try:
            with socket.create_connection((VIP, 80), PATIENCE) as connection:
                connection.settimeout(PATIENCE)
                new.append((time.monotonic(), word(connection)))
        except OSError:
            new.append((time.monotonic(), ""))
            time.sleep(0.01)
    thread.join()
    results.write_text(json.dumps({"new": new, "stays": stays}))


def in_table(server: str) -> bool:
    return server in netns.run(MASTER, ["ipvsadm", "-Ln", "-t", f"{VIP}:80"])[1]


def wait(done: Callable[[], bool], seconds: float = 30) -> float:
    """How long it takes; a negative number when it does not come."""
    started = time.monotonic()
    while not done():
        if time.monotonic() - started > seconds:
            return -1.0
        time.sleep(0.05)
    return time.monotonic() - started


def check_fails() -> None:
    """What a real server answers to its master no longer arrives."""
    netns.run("web1", ["ip", "route", "add", "blackhole", "203.0.113.11/32"])
    found["gone after"] = wait(lambda: not in_table(SERVER))
    netns.run("web1", ["ip", "route", "delete", "blackhole", "203.0.113.11/32"])
    found["back after"] = wait(lambda: in_table(SERVER))


def power_cut(folder: Path) -> None:
    child = in_host(CLIENT, lambda: ask_on(folder / "asked", time.monotonic() + BEFORE + AFTER))
    time.sleep(BEFORE)
    with netns.inside(MASTER):
        subprocess.run(["ip", "link", "set", "eth0", "down"], check=True)
    found["cut"] = time.monotonic()
    os.waitpid(child, 0)
    found.update(json.loads((folder / "asked").read_text()))
    found["standby holds"] = holds(STANDBY, VIP)


def main() -> None:
    folder = Path(sys.argv[1])
    scene = json.loads((folder / "scene.json").read_text())
    with Cluster(scene) as cluster:
        for name in scene["hosts"]:
            if name.startswith("web"):
                in_host(name, lambda name=name: serve(name))  # type: ignore[misc]
        cluster.settle(40, time.sleep)
        found["settled"] = {name: holds(name, VIP) for name in (MASTER, STANDBY)}
        wait(lambda: in_table(SERVER))
        check_fails()
        power_cut(folder)
        found["logs"] = {name: Path(log).read_text()[-3000:] for name, log in cluster.logs.items()}
    (folder / "results").write_text(json.dumps(found))


main()
os._exit(0)
