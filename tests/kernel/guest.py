"""Run as root in the lab's kernel: hosts built by the usual tools, read and changed by lvsc, looked at by the tools."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from lvsc.finding import LvscError
from lvsc.kernel import network
from lvsc.kernel.observe import observe
from lvsc.lab.guest import netns
from lvsc.lab.guest.cluster import Cluster
from lvsc.plan.thing import KINDS, Change, Key, Value, key_from_json, things_json
from lvsc.snapshot import host_json
from lvsc.words import HostRole

ROOT = Path(__file__).parents[2]
_EVERYTHING = 3  # ETH_P_ALL


def value_of(kind: str, parts: list[Any] | None) -> Any:
    return None if parts is None else KINDS[kind][1](*parts)


def ip(*words: str) -> Any:
    done = subprocess.run(["ip", "-d", "-j", *words], capture_output=True, text=True, check=False)
    return json.loads(done.stdout or "[]")


class Pair:
    """Two hosts on a wire: one is changed, the other listens."""

    def __init__(self, stack: ExitStack, scene: dict[str, Any]) -> None:
        stack.enter_context(Cluster(scene))
        with netns.inside("near"):
            self.ear = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING)))
            self.ear.bind(("eth0", _EVERYTHING))
            self.ear.settimeout(0.05)

    def step(self, key: Key, after: Value | None) -> dict[str, Any]:
        """One change: what is read back, what the kernel refused, what the neighbour heard."""
        self._heard()
        with netns.inside("host"):
            before = network.things([key]).get(key)
            try:
                network.perform(Change(key, before, after))
                refused = ""
            except LvscError as error:
                refused = f"{error} / {error.remedy}"
            found = things_json(network.things([key]))
        return {"found": found, "refused": refused, "heard": self._heard()}

    def _heard(self) -> list[str]:
        frames = []
        while True:
            try:
                frames.append(self.ear.recv(4096).hex())
            except TimeoutError:
                return frames


def alike(lines: list[str], key: Key, value: Value) -> list[Any]:
    """A device as `ip` makes it, and as lvsc does, both as `ip` shows them."""
    seen = []
    for by_hand in (True, False):
        if by_hand:
            text = "".join(f"{line}\n" for line in lines)
            subprocess.run(["ip", "-batch", "-"], input=text, text=True, check=True)
        else:
            network.perform(Change(key, None, value))
        (link,) = ip("link", "show", "dev", key[0])
        seen.append({name: each for name, each in link.items() if name not in ("ifindex", "address", "link_netnsid")})
        network.perform(Change(key, value, None))
    return seen


def observed(scene: dict[str, Any], roles: dict[str, str], listening: list[list[Any]]) -> dict[str, Any]:
    """Every host of a scene as lvsc sees it."""
    found = {}
    with Cluster(scene), ExitStack() as stack:
        for name, role in roles.items():
            with netns.inside(name):
                for family, kind, address, port in listening:
                    each = stack.enter_context(socket.socket(family, kind))
                    each.bind((address, port))
                    if kind == socket.SOCK_STREAM:
                        each.listen()
                found[name] = host_json(observe(name, HostRole(role)))
    return found


def snapshot(*before: str) -> list[Any]:
    """`lvsc snapshot` as a command: its exit code, and what it printed where."""
    program = "from lvsc.cli import main; main()"
    command = [*before, sys.executable, "-c", program, "snapshot", "--name", "lvs1", "--role", "director"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [done.returncode, done.stdout, done.stderr]


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text())
    with ExitStack() as stack:
        pair = Pair(stack, job["pair"])
        steps = [pair.step(key_from_json(key), value_of(key[-1], value)) for key, value in job["steps"]]
        with netns.inside("host"):
            devices = [
                alike(lines, key_from_json(key), value_of(key[-1], value)) for lines, key, value in job["devices"]
            ]
            snapshots = [snapshot(), snapshot("setpriv", "--reuid=65534", "--clear-groups")]
    seen = [observed(*each) for each in job["observed"]]
    found = {"steps": steps, "devices": devices, "observed": seen, "snapshots": snapshots}
    (folder / "found.json").write_text(json.dumps(found))


main(Path(sys.argv[1]))
