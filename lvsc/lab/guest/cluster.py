"""Builds one scene: a namespace for each host, a bridge for each segment, the emitted files loaded by real tools."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any

from lvsc.lab.guest import netns
from lvsc.lab.guest.offload import switch_off
from lvsc.lab.guest.rtnl import LinkError, quick

_WIRES = "+wires"
ROOT = "/run/lvsc-lab"


# An address is usable at once, and no link-local address waits for a second in which neighbours go unheard (RFC 4862).
_NO_WAITING = [[f"net/ipv6/conf/default/{key}", 0] for key in ("accept_dad", "dad_transmits")]


class SceneError(Exception):
    """A step of building a scene failed: which tool, on which host, and what it said."""


class Cluster:
    """The hosts of a scene, while it plays."""

    def __init__(self, scene: dict[str, Any]) -> None:
        self.scene = scene
        self.hosts: dict[str, Any] = scene["hosts"]
        self.daemons: list[subprocess.Popen[bytes]] = []
        self.logs: dict[str, str] = {}
        self.balancing: list[str] = []

    def __enter__(self) -> Cluster:
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for daemon in self.daemons:
            daemon.terminate()
        for daemon in self.daemons:
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(5)
            daemon.kill()
            daemon.wait()
        for name in [*self.hosts, _WIRES]:
            with contextlib.suppress(OSError):
                netns.remove(name)
        shutil.rmtree(ROOT, ignore_errors=True)

    def _build(self) -> None:
        for name in [*self.hosts, _WIRES]:
            netns.make(name)
            self._write(name, [*_NO_WAITING, *self.hosts.get(name, {}).get("early", [])])
        self._wire()
        for name, host in self.hosts.items():
            for path, text in host.get("files", {}).items():
                target = f"{ROOT}/{name}/{path}"
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "w", encoding="utf-8") as file:
                    file.write(text)
        for name, host in self.hosts.items():
            for step in host["steps"]:
                self._step(name, step)

    def _wire(self) -> None:
        """Bridges and cables, in the order in which hosts hear a broadcast; no offload: packets are as on a wire."""
        lines = []
        for index, segment in enumerate(self.scene["segments"]):
            lines.append(f"link add name br{index} type bridge forward_delay 0 mcast_snooping 0")
            lines.append(f"link set dev br{index} mtu {segment['mtu']} up")
            for number, (host, device, mac) in enumerate(segment["ports"]):
                own = f" address {mac}" if mac else ""
                lines.append(f"link add name p{index}x{number} type veth peer name {device}{own} netns {host}")
                lines.append(f"link set dev p{index}x{number} master br{index} mtu {segment['mtu']} up")
        self._step(_WIRES, {"tool": "run", "command": ["ip", "-batch", "-"], "text": "\n".join(lines) + "\n"})
        for host, devices in self._devices().items():
            switch_off(host, devices)

    def _devices(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for segment in self.scene["segments"]:
            for host, device, _ in segment["ports"]:
                found.setdefault(host, []).append(device)
        return found

    def _step(self, name: str, step: dict[str, Any]) -> None:
        """One step of a host: base network, a file for a tool, or a daemon."""
        tool, root = step["tool"], f"{ROOT}/{name}"
        path = f"{root}/{step['path']}" if "path" in step else ""
        if tool in ("ip", "ip6"):
            family = ["-6"] if tool == "ip6" else []
            self._run(name, ["ip", *family, "-batch", path or "-"], self._rest(name, step.get("text")))
        elif tool == "sysctl":
            # A key of a device that is not there yet is no error: it is written again when the device exists.
            self._run(name, ["sysctl", "-q", "-e", "-p", path])
        elif tool == "write":
            self._write(name, step["values"])
        elif tool == "run":
            text = step.get("text")
            batch = step["command"] == ["ip", "-batch", "-"]
            self._run(name, step["command"], self._rest(name, text) if batch else text)
        elif tool == "ipvsadm":
            with open(path, encoding="utf-8") as file:
                self._run(name, ["ipvsadm-restore"], file.read())
        elif tool == "nft":
            self._run(name, ["nft", "-f", path])
        elif tool == "keepalived":
            pids = [f"-{flag}={root}/{flag}.pid" for flag in ("p", "c", "r")]
            self.logs[name] = f"{root}/keepalived.log"
            command = ["keepalived", "-n", "-l", "-D", "-f", path]
            for pid in pids:
                command += pid.split("=")
            self.daemons.append(netns.start(name, command, self.logs[name]))
            with open(path, encoding="utf-8") as file:
                self.balancing += [name] if "\nvirtual_server " in file.read() else []

    def _rest(self, name: str, text: str | None) -> str | None:
        """The lines for `ip`, without what is done over rtnetlink where the scene is to be quick."""
        if not self.scene.get("quick") or text is None:
            return text
        try:
            return "".join(f"{line}\n" for line in quick(name, text.splitlines()))
        except (LinkError, OSError) as error:
            raise SceneError(f"a line of ip on {name} was refused: {error}\n{text}") from error

    def _write(self, name: str, values: list[list[Any]]) -> None:
        with netns.inside(name):
            for path, value in values:
                with contextlib.suppress(OSError), open(f"/proc/sys/{path}", "w", encoding="ascii") as file:
                    file.write(str(value))

    def _run(self, name: str, command: list[str], text: str | None = None) -> None:
        if text == "":
            return
        code, said = netns.run(name, command, text)
        # ipvsadm-restore ends with the last line's code only: whatever it says is an error.
        if code or (command[:2] in (["ipvsadm-restore"], ["ipvsadm", "-R"]) and said.strip()):
            raise SceneError(f"{' '.join(command)} on {name} ended with {code}: {said.strip()[-2000:]}")

    def settle(self, limit: float, wait: Callable[[float], None]) -> None:
        """Wait until each moving address is held by exactly one of its hosts, and for first checks; `wait` serves."""
        ends = time.monotonic() + limit
        while True:
            waiting = [address for address, hosts in self.scene["moving"].items() if self._holders(address, hosts) != 1]
            if not waiting:
                break
            if time.monotonic() > ends:
                tails = "\n".join(f"{name}: {_tail(log)}" for name, log in self.logs.items())
                raise SceneError(f"no single director holds {', '.join(waiting)} after {limit:.0f} s\n{tails}")
            wait(0.2)
        while time.monotonic() < ends and not all(map(_filled, self.balancing)):
            wait(0.1)
        if self.scene["moving"]:
            wait(1.0)
        if self.scene.get("pause"):
            wait(self.scene["pause"])

    def _holders(self, address: str, hosts: list[str]) -> int:
        return sum(holds(host, address) for host in hosts)


def holds(host: str, address: str) -> bool:
    """Whether the address is the host's own now: a socket can be bound to it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with netns.inside(host), socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _filled(host: str) -> bool:
    """Whether keepalived has put something into the IPVS table: below its three lines of heading."""
    with netns.inside(host), open("/proc/thread-self/net/ip_vs", encoding="ascii") as file:
        return len(file.readlines()) > 3


def _tail(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()[-1500:]
    except OSError:
        return ""
