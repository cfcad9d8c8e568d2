"""Run as root in the lab's kernel: the IPVS table loaded, read and changed by lvsc and by ipvsadm, each afresh."""

from __future__ import annotations

import ctypes
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from lvsc.kernel.ipvs import Table
from lvsc.plan.thing import Change, Key, Server, ServerValue, Service, ServiceValue, Value

_NEWNET = 0x40000000


def table(services: int, servers: int, scheduler: str = "wlc") -> dict[Key, Value]:
    found: dict[Key, Value] = {}
    for number in range(services):
        service = Service(4, "tcp", f"10.{number >> 8}.{number & 255}.1", 80)
        found[service] = ServiceValue(scheduler, 0, 0, 32)
        for each in range(servers):
            found[Server(service, f"172.16.{each >> 8}.{(each & 255) or 250}", 80)] = ServerValue("dr", 1)
    return found


def afresh(deed: Callable[[], Any]) -> Any:
    """The result of a deed in a new namespace; no child, whose memory would be copied page by page."""
    ctypes.CDLL(None).unshare(_NEWNET)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return deed()


def best(deed: Callable[[], float]) -> float:
    """The best of three, of both sides."""
    return min(afresh(deed) for _ in range(3))


def timed(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def load(things: dict[Key, Value]) -> Callable[[], float]:
    changes = [Change(key, None, value) for key, value in things.items()]

    def deed() -> float:
        with Table.open() as live:
            seconds = timed(lambda: live.send(changes, whole=True))
            assert len(live.connections([key for key in things if isinstance(key, Service)][:1])) > 0
        return seconds

    return deed


def by_ipvsadm(saved: str) -> Callable[[], float]:
    return lambda: timed(lambda: subprocess.run(["ipvsadm", "-R"], input=saved, text=True, check=True))


def saved(things: dict[Key, Value]) -> str:
    lines = []
    for key, value in things.items():
        if isinstance(key, Service) and isinstance(value, ServiceValue):
            lines.append(f"-A -t {key} -s {value.scheduler}".replace("/tcp", ""))
        elif isinstance(key, Server) and isinstance(value, ServerValue):
            lines.append(f"-a -t {key.service} -r {key} -g -w {value.weight}".replace("/tcp", ""))
    return "".join(f"{line}\n" for line in lines)


def change(things: dict[Key, Value]) -> list[float]:
    """One in a hundred real servers gets another weight: read, compare, change; and the same by ipvsadm-restore."""
    wanted = dict(things)
    for key in list(things)[1::101]:
        if isinstance(key, Server):
            wanted[key] = ServerValue("dr", 7)
    load(things)()

    def ours() -> None:
        with Table.open() as live:
            now = live.read()
            todo = [Change(key, now[key], value) for key, value in wanted.items() if now[key] != value]
            assert todo
            assert not live.send(todo, whole=True)

    seconds = timed(ours)
    text = saved(wanted)
    restore = timed(lambda: subprocess.run(["ipvsadm-restore"], input=text, text=True, check=True))
    return [seconds, restore]


def reading(things: dict[Key, Value]) -> list[float]:
    load(things)()
    with Table.open() as live:
        ours = min(timed(live.read) for _ in range(3))
    theirs = min(timed(lambda: subprocess.run(["ipvsadm", "-Sn"], capture_output=True, check=True)) for _ in range(3))
    return [ours, theirs]


def main() -> None:
    gc.disable()  # as every run of lvsc does
    small, few = table(1000, 10), table(10, 1000, "mh")
    found = {
        "load": [best(load(small)), best(by_ipvsadm(saved(small)))],
        "mh": [best(load(few)), best(by_ipvsadm(saved(few)))],
        "change": [min(side) for side in zip(*(afresh(lambda: change(small)) for _ in range(3)), strict=True)],
        "read": afresh(lambda: reading(small)),
    }
    (Path(sys.argv[1]) / "results").write_text(json.dumps(found))


main()
