"""Run as root in the lab's kernel: the playbook rolls out over hosts that are network namespaces of it.

A host's Python, as Ansible is told, is a script that enters the host's namespace: nothing else tells it from a machine.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FLEET = ROOT / "examples" / "fleet"
RUN = Path("/run/fleet")
# Not in the order in which they are to be changed.
DIRECTORS = {"lvs2": "192.0.2.3", "lvs1": "192.0.2.2"}
SERVERS = {"web1": "192.0.2.11", "web2": "192.0.2.12"}
CLIENT = {"client": "192.0.2.1"}
VIPS = ("192.0.2.101", "192.0.2.102")
BEFORE = Path(__file__).with_name("cluster.yaml")
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "HOME": "/run/home",
    "ANSIBLE_PIPELINING": "1",
    "ANSIBLE_LOCAL_TEMP": "/run/ansible",
    "ANSIBLE_REMOTE_TEMP": "/run/ansible",
    "ANSIBLE_FORKS": "2",
    "ANSIBLE_NOCOLOR": "1",
}
_NEWNET = 0x40000000
_RESET = struct.pack("ii", 1, 0)
_PAUSE = 0.01
_LIBC = ctypes.CDLL(None, use_errno=True)


def setup() -> None:
    """All hosts on one bridge, and what Ansible finds there."""
    lines = ["link add br0 type bridge", "link set br0 up"]
    for name, address in (DIRECTORS | SERVERS | CLIENT).items():
        lines += [f"netns add {name}", f"link add eth0 netns {name} type veth peer name {name}"]
        lines += [f"link set {name} master br0 up", f"-n {name} link set lo up", f"-n {name} link set eth0 up"]
        lines += [f"-n {name} address add {address}/24 dev eth0"]
        if name not in CLIENT:
            lines += [f"-n {name} route add default via {CLIENT['client']}"]
        _python(name)
    for line in lines:
        subprocess.run(["ip", *line.split()], check=True)
    Path(ENVIRONMENT["HOME"]).mkdir()
    (RUN / "inventory.json").write_text(json.dumps(_inventory()))


def _python(name: str) -> None:
    """The host's folder with its Python in it; the folder of the topology is not made: the playbook has to."""
    folder = RUN / name
    (folder / "root").mkdir(parents=True)
    script = folder / "python"
    script.write_text(
        f"#!/bin/sh\nexport LVSC_STATE={folder}/state LVSC_ROOT={folder}/root\n"
        f'exec ip netns exec {name} {sys.executable} "$@"\n'
    )
    script.chmod(0o755)


def _inventory() -> dict[str, Any]:
    groups = {"directors": DIRECTORS, "real_servers": SERVERS, "clients": CLIENT}
    return {group: {"hosts": {name: _variables(name) for name in names}} for group, names in groups.items()}


def _variables(name: str) -> dict[str, str]:
    return {
        "ansible_connection": "local",
        "ansible_python_interpreter": f"{RUN}/{name}/python",
        "lvsc_folder": f"{RUN}/{name}/etc",
    }


def enter(name: str) -> None:
    """Go into a namespace."""
    descriptor = os.open(f"/run/netns/{name}", os.O_RDONLY)
    assert not _LIBC.setns(descriptor, _NEWNET)
    os.close(descriptor)


def spawn(name: str, deed: Callable[[], None]) -> int:
    """A process on a host."""
    child = os.fork()
    if child == 0:
        try:
            enter(name)
            deed()
        finally:
            os._exit(0)
    return child


def answering(name: str) -> None:
    """A real server: says its name to everyone."""
    listener = socket.create_server(("", 80), backlog=512)
    while True:
        client, _ = listener.accept()
        with client:
            try:
                client.recv(64)
                client.send(name.encode())
            except OSError:
                continue


def ask(vip: str) -> str:
    """Connect, exchange a word, close; who answered, or how it failed."""
    started = time.monotonic()
    try:
        with socket.create_connection((vip, 80), 3) as connection:
            # Closed by a reset, a connection is forgotten in 10 s and not in 120.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.settimeout(3)
            connection.send(b"word")
            answer = connection.recv(64).decode()
    except OSError as error:
        return f"lost: {error.strerror or type(error).__name__}"
    return f"slow: {answer}" if time.monotonic() - started > 0.9 else answer or "lost: closed"


def asking(result: int, vips: tuple[str, ...], times: int | None = None) -> None:
    """Ask each VIP in turn, so many times or until told to end; then say who answered how often."""
    said: dict[str, Counter[str]] = {vip: Counter() for vip in vips}
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
    while not ended and (times is None or said[vips[0]].total() < times):
        for vip in vips:
            said[vip][ask(vip)] += 1
        time.sleep(_PAUSE)
    os.write(result, json.dumps(said).encode())


def answers(vips: tuple[str, ...]) -> Any:
    """Who answers the client now."""
    pipe = os.pipe()
    child = spawn("client", lambda: asking(pipe[1], vips, 6))
    os.waitpid(child, 0)
    return json.loads(os.read(pipe[0], 65536))


def roll_out(topology: Path, *more: str) -> dict[str, Any]:
    """The playbook, from a folder that is not its own; what it said, and what all hosts then hold."""
    started = time.monotonic()
    words = [str(PLAYBOOK), "-i", str(RUN / "inventory.json"), str(FLEET / "site.yml"), "-e", f"topology={topology}"]
    done = subprocess.run(
        [*words, "-e", json.dumps({"lvsc": f"{sys.executable} -m lvsc"}), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/run",
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        timeout=200,
    )
    print(done.stdout, f"{time.monotonic() - started:.1f} s", flush=True)
    return {"code": done.returncode, "out": done.stdout, "hosts": hosts()}


def on(name: str, *words: str) -> str:
    return subprocess.run(["ip", "netns", "exec", name, *words], capture_output=True, text=True, check=True).stdout


def hosts() -> dict[str, Any]:
    """What every host holds: its table, the VIPs it has, its ARP setting."""
    return {name: _holds(name) for name in DIRECTORS | SERVERS}


def _holds(name: str) -> dict[str, Any]:
    shown = on(name, "ip", "-o", "address")
    return {
        "table": on(name, "ipvsadm", "-Sn").splitlines() if name in DIRECTORS else [],
        "vips": [vip for vip in VIPS if f" {vip}/" in shown],
        "arp_ignore": on(name, "cat", "/proc/sys/net/ipv4/conf/all/arp_ignore").strip(),
    }


def first(found: dict[str, Any]) -> None:
    """The first roll-out: its probe fails after the first director. The path starts at the playbook's folder."""
    found["probe fails"] = roll_out(Path(os.path.relpath(BEFORE, FLEET)), "-e", "probe=false")
    found["answers"] = answers(VIPS[:1])


def change(found: dict[str, Any]) -> None:
    """A change goes through all hosts, and a client asks all the while."""
    after = RUN / "after.yaml"
    after.write_text(BEFORE.read_text().replace("[web1]", "[web2]"))
    probe = f"{sys.executable} -c \"import socket; socket.create_connection(('{VIPS[0]}', 80), 3)\""
    pipe = os.pipe()
    client = spawn("client", lambda: asking(pipe[1], VIPS[:1]))
    found["changed"] = roll_out(after, "-e", json.dumps({"probe": probe, "probe_from": "client"}))
    os.kill(client, signal.SIGTERM)
    os.waitpid(client, 0)
    found["meanwhile"] = json.loads(os.read(pipe[0], 65536))
    found["answers after"] = answers(VIPS)


def main() -> None:
    setup()
    servers = [spawn(name, lambda name=name: answering(name)) for name in SERVERS]  # type: ignore[misc]
    found: dict[str, Any] = {}
    broken = RUN / "broken.yaml"
    broken.write_text(BEFORE.read_text().replace("[web1]", "[web9]"))
    found["lint error"] = roll_out(broken)
    first(found)
    change(found)
    (Path(sys.argv[1]) / "results").write_text(json.dumps(found))
    for child in servers:
        os.kill(child, signal.SIGKILL)


main()
