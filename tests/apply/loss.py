"""Run as root in the lab's kernel: clients that connect without pause while a director's table changes.

One client of the service that changes, one of another; and connections that are never closed. Changes are made by
lvsc, and once more by ipvsadm-restore.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from lvsc.apply.drain import see_off
from lvsc.apply.prepare import observe
from lvsc.apply.run import Ending, Manner, perform
from lvsc.apply.store import Store
from lvsc.emit.ipvsadm import rules
from lvsc.kernel.host import LiveHost
from lvsc.kernel.table_state import services
from lvsc.plan.thing import Key, Server, ServerValue, Service, ServiceValue, Value
from lvsc.plan.wanted import Wanted

VIP = "10.9.0.1"
CHANGED, UNRELATED = Service(4, "tcp", VIP, 80), Service(4, "tcp", VIP, 81)
BESIDE = Service(4, "tcp", VIP, 82)
ROUND_ROBIN = ServiceValue("rr", 0, 0, 32)
NAT = ServerValue("nat", 1)
_NEWNET = 0x40000000
_RESET = struct.pack("ii", 1, 0)
LIBC = ctypes.CDLL(None, use_errno=True)


def setup() -> None:
    """Client c, director d with a bridge to real servers r1 to r4."""
    lines = ["netns add c", "netns add d", "-n d link set lo up", "-n c link set lo up"]
    lines += ["link add c0 netns c type veth peer name c0 netns d", "-n d link add br0 type bridge"]
    lines += [
        "-n d address add 10.1.0.1/24 dev c0",
        f"-n d address add {VIP}/32 dev c0",
        "-n d address add 10.2.0.1/24 dev br0",
    ]
    lines += [
        "-n d link set c0 up",
        "-n d link set br0 up",
        "-n c address add 10.1.0.2/24 dev c0",
        "-n c link set c0 up",
    ]
    lines += ["-n c route add default via 10.1.0.1"]
    for number in range(1, 5):
        name = f"r{number}"
        lines += [f"netns add {name}", f"link add e0 netns {name} type veth peer name {name} netns d"]
        lines += [f"-n d link set {name} master br0 up", f"-n {name} address add 10.2.0.1{number}/24 dev e0"]
        lines += [f"-n {name} link set e0 up", f"-n {name} link set lo up", f"-n {name} route add default via 10.2.0.1"]
    for line in lines:
        subprocess.run(["ip", *line.split()], check=True)
    enter("d")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def enter(name: str) -> None:
    """Go into a namespace."""
    descriptor = os.open(f"/run/netns/{name}", os.O_RDONLY)
    assert not LIBC.setns(descriptor, _NEWNET)
    os.close(descriptor)


def spawn(name: str, deed: Callable[[], None]) -> int:
    """A process in a namespace."""
    child = os.fork()
    if child == 0:
        try:
            enter(name)
            deed()
        finally:
            os._exit(0)
    return child


def answering() -> None:
    """A real server: echoes on three ports until it is killed."""
    listeners = []
    for port in (80, 81, 82):
        listener = socket.create_server(("", port), backlog=512)
        listeners.append(listener)
    poll = select.epoll()
    clients: dict[int, socket.socket] = {}
    for listener in listeners:
        poll.register(listener, select.EPOLLIN)
    by_number = {listener.fileno(): listener for listener in listeners}
    while True:
        for number, _ in poll.poll():
            if number in by_number:
                client, _ = by_number[number].accept()
                clients[client.fileno()] = client
                poll.register(client, select.EPOLLIN)
                continue
            try:
                data = clients[number].recv(4096)
            except OSError:
                data = b""
            if data:
                clients[number].send(data)
            else:
                poll.unregister(number)
                clients.pop(number).close()


def asking(port: int, ready: int, go_on: float, result: int) -> None:
    """Connect, exchange a word, close, without pause; then say how often and how it failed."""
    said: Counter[str] = Counter()
    long = [socket.create_connection((VIP, port), 15) for _ in range(4)]
    for each in long:
        # Closed by a reset, a connection is forgotten in 10 s and not in 120.
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    os.write(ready, b"!")
    until = time.monotonic() + go_on
    while time.monotonic() < until:
        started = time.monotonic()
        try:
            with socket.create_connection((VIP, port), 15) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                connection.send(b"word")
                connection.recv(4096)
            said["made"] += 1
        except OSError as error:
            said[f"lost: {error.strerror or type(error).__name__}"] += 1
        if time.monotonic() - started > 0.9:
            said["slow"] += 1
        said.update(_exchange(each) for each in long if said["made"] % 20 == 0)
    os.write(result, json.dumps(said).encode())


def _exchange(connection: socket.socket) -> str:
    try:
        connection.settimeout(15)
        connection.send(b"word")
        return "long: alive" if connection.recv(4096) else "long lost: closed"
    except OSError as error:
        return f"long lost: {error.strerror or type(error).__name__}"


def members(service: Service, *numbers: int, **fields: int) -> dict[Key, Value]:
    """A service's real servers, by their numbers."""
    return {Server(service, f"10.2.0.1{number}", service.port): NAT._replace(**fields) for number in numbers}


BASE: dict[Key, Value] = (
    {CHANGED: ROUND_ROBIN, UNRELATED: ROUND_ROBIN} | members(CHANGED, 1, 2, 3) | members(UNRELATED, 1, 2)
)


def changes() -> Iterator[tuple[str, dict[Key, Value]]]:
    """What is made of the base, by name."""
    yield "real server added", BASE | members(CHANGED, 4)
    yield "real server removed", {key: value for key, value in BASE.items() if key != Server(CHANGED, "10.2.0.13", 80)}
    yield "weight", BASE | members(CHANGED, 2, weight=7)
    yield "scheduler", BASE | {CHANGED: ROUND_ROBIN._replace(scheduler="wlc")}
    yield "scheduler to mh", BASE | {CHANGED: ROUND_ROBIN._replace(scheduler="mh")}
    yield "persistence", BASE | {CHANGED: ServiceValue("rr", 1, 300, 32)}
    yield "thresholds", BASE | members(CHANGED, 1, upper=5000, lower=10)
    yield "service added", BASE | {BESIDE: ROUND_ROBIN} | members(BESIDE, 1, 2)


def by_lvsc(host: LiveHost, store: Store, things: dict[Key, Value]) -> None:
    wanted = Wanted("d", things, {}, {}, {})
    prepared = observe(host, store, wanted)
    assert not prepared.plan.refusals, prepared.plan.refusals
    outcome = perform(host, store, prepared.plan, wanted, Manner(confirm_within=None))
    assert outcome.ending is Ending.COMMITTED, outcome
    see_off(host, store, wanted, 0.0)


def by_ipvsadm(things: dict[Key, Value]) -> None:
    subprocess.run(["ipvsadm-restore"], input=rules(services(things)), text=True, check=True)


def watched(deed: Callable[[], None]) -> dict[str, dict[str, int]]:
    """What clients of both services see while something is done."""
    results, children = {}, []
    for name, port in (("changed", 80), ("unrelated", 81)):
        ready, result = os.pipe(), os.pipe()
        children.append(
            spawn("c", lambda port=port, ready=ready, result=result: asking(port, ready[1], 1.6, result[1]))
        )  # type: ignore[misc]
        os.read(ready[0], 1)
        results[name] = result[0]
    time.sleep(0.3)
    deed()
    said = {name: json.loads(os.read(descriptor, 4096)) for name, descriptor in results.items()}
    for child in children:
        os.waitpid(child, 0)
    return said


def drained(host: LiveHost, store: Store) -> dict[str, list[str]]:
    """A real server that only lvsc has touched leaves while it has a connection, and after that has ended."""
    own = {BESIDE: ROUND_ROBIN}
    by_lvsc(host, store, BASE | own | members(BESIDE, 4))
    said, go = os.pipe(), os.pipe()

    def stay() -> None:
        with socket.create_connection((VIP, 82), 15) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            os.write(said[1], _exchange(connection).encode())
            os.read(go[0], 1)
            os.write(said[1], _exchange(connection).encode())

    child = spawn("c", stay)
    before = os.read(said[0], 100).decode()
    without = BASE | own | members(BESIDE, 3)
    by_lvsc(host, store, without)
    wanted = Wanted("d", without, {}, {}, {})
    still = see_off(host, store, wanted, 1.0)
    os.write(go[1], b"!")
    after = os.read(said[0], 100).decode()
    os.waitpid(child, 0)
    # After a reset IPVS remembers a connection for 10 s (ip_vs_proto_tcp.c).
    rest = see_off(host, store, wanted, 100.0)
    names = [[str(each.key) for each in leaving] for leaving in (still, rest)]
    return {"alive": [before, after], "still": names[0], "rest": names[1]}


def main() -> None:
    setup()
    servers = [spawn(f"r{number}", answering) for number in range(1, 5)]
    time.sleep(0.5)
    state = Path("/run/loss")
    host = LiveHost(state / "root", state / "state")
    store = Store(state / "state", host.files)
    store.prepare()
    found: dict[str, object] = {}
    for name, things in [*changes(), ("nothing (control)", BASE)]:
        by_lvsc(host, store, BASE)
        found[name] = {"lvsc": watched(lambda things=things: by_lvsc(host, store, things))}  # type: ignore[misc]
        if name == "service added":
            found["service removed"] = {"lvsc": watched(lambda: by_lvsc(host, store, BASE))}
        print(name, json.dumps(found[name]), flush=True)
    for name, things in changes():
        if name in ("real server added", "service added", "weight"):
            by_lvsc(host, store, BASE)
            found[name]["ipvsadm-restore"] = watched(lambda things=things: by_ipvsadm(things))  # type: ignore[index, misc]
            print(name, json.dumps(found[name]), flush=True)
    found["drained"] = drained(host, store)
    (Path(sys.argv[1]) / "results").write_text(json.dumps(found))
    for child in servers:
        os.kill(child, signal.SIGKILL)


main()
