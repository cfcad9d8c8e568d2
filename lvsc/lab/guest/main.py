"""Plays the scenes of a job: argv[1] is its folder, with job.json in and results-0.jsonl (and so on) out."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from lvsc.lab.guest import netns
from lvsc.lab.guest.asks import answer
from lvsc.lab.guest.cluster import ROOT, Cluster, SceneError
from lvsc.lab.guest.deeds import DeedError
from lvsc.lab.guest.neighbours import forget
from lvsc.lab.guest.probe import Connection, play
from lvsc.lab.guest.quiet import quiet
from lvsc.lab.guest.reactor import Reactor, Servers
from lvsc.lab.guest.table import Entry, connections, scheduled

# A socket for each listener and connection of a cluster of hundreds.
_DESCRIPTORS = 100_000


# All namespaces share these; the defaults are small for a cluster of hundreds: 1024 neighbours, and 1000 packets on
# their way, which one broadcast to two hundred hosts overruns when five are answered at once.
_SHARED = {
    **{f"net/{family}/neigh/default/gc_thresh{number}": 65536 for family in ("ipv4", "ipv6") for number in (1, 2, 3)},
    "net/core/netdev_max_backlog": 100_000,
}

_CALM = 20.0
_NONE, _END = b"\xff" * 4, 0xFFFFFFFF


def main(folder: Path) -> None:
    """Play all scenes; a scene that fails does not stop the rest."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
    for path, value in _SHARED.items():
        with contextlib.suppress(OSError):
            Path("/proc/sys", path).write_text(str(value), encoding="ascii")
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    scenes, hands = job["scenes"], job["hands"]
    if hands == 1:
        _play(scenes, iter(range(len(scenes))), folder / "results-0.jsonl", calm=True)
    else:
        _together(scenes, hands, folder)


def _together(scenes: list[dict[str, Any]], hands: int, folder: Path) -> None:
    """Play several scenes at a time, each in a process with namespaces of its own: most of a scene is waiting."""
    turns, out = os.pipe()
    os.write(out, b"".join(index.to_bytes(4, "big") for index in range(len(scenes))))
    os.close(out)
    children = []
    for number in range(min(hands, len(scenes))):
        child = os.fork()
        if not child:
            netns.apart(ROOT)
            indices = iter(lambda: int.from_bytes(os.read(turns, 4) or _NONE, "big"), _END)
            _play(scenes, indices, folder / f"results-{number}.jsonl", calm=False)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def _play(scenes: list[dict[str, Any]], indices: Iterator[int], path: Path, calm: bool) -> None:
    with open(path, "w", encoding="utf-8") as results:
        for index in indices:
            started = time.monotonic()
            result = _scene(scenes[index])
            result["index"], result["seconds"] = index, round(time.monotonic() - started, 2)
            if calm:
                quiet(_CALM)
            results.write(json.dumps(result) + "\n")
            results.flush()
            print(f"scene {scenes[index]['name']}", flush=True)


def _scene(scene: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"name": scene["name"], "error": "", "probes": [], "outputs": [], "asks": []}
    try:
        with Cluster(scene) as cluster:
            if scene.get("asks"):
                result["asks"] = answer(scene)
            if scene.get("probes"):
                result["probes"] = _probes(cluster, scene)
            result["outputs"] = [_command(command) for command in scene.get("commands", [])]
    except (SceneError, DeedError) as error:
        result["error"] = str(error)
    except Exception:
        result["error"] = traceback.format_exc()
    return result


def _probes(cluster: Cluster, scene: dict[str, Any]) -> list[dict[str, Any]]:
    reactor = Reactor()
    try:
        servers = Servers(reactor, scene["hosts"])
        cluster.settle(scene["settle"], lambda seconds: reactor.run(lambda: False, seconds))
        return [_probe(reactor, servers, scene, probe) for probe in scene["probes"]]
    finally:
        reactor.close()


def _command(command: dict[str, Any]) -> list[Any]:
    code, said = netns.run(command["host"], command["command"], command.get("text"))
    return [code, said]


def _probe(reactor: Reactor, servers: Servers, scene: dict[str, Any], probe: dict[str, Any]) -> dict[str, Any]:
    """The rounds of a probe: cold, and again after the real servers forgot their neighbours."""
    rounds = []
    for number in range(probe["rounds"]):
        if number:
            for host in probe["forget"]:
                forget(host)
        before = scheduled(scene["directors"])
        made = play(reactor, probe, probe["limit"])
        known = connections(scene["directors"])
        unseen = probe["entryless"] and scheduled(scene["directors"]) - before >= len(made)
        rounds.append([_said(servers, probe, each, known, "a director" if unseen else None) for each in made])
        for each in made:
            for one in (each.socket, each.more):
                if one is not None:
                    reactor.drop(one)
    return {"probe": probe["name"], "rounds": rounds}


def _said(
    servers: Servers, probe: dict[str, Any], each: Connection, known: dict[Any, Entry], director: str | None
) -> dict[str, Any]:
    entry = known.get((probe["protocol"], each.source, each.port))
    return {
        "source": each.source,
        "answer": each.answer,
        "error": each.error or ("" if each.answer else "timeout"),
        "director": entry.director if entry else director,
        "server": entry.server if entry else None,
        "state": entry.state if entry else None,
        "reached": sorted(host for host, peer, port in servers.seen if (peer, port) == (each.source, each.port)),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
