"""Plays the scenes of a job: argv[1] is its folder, with job.json in and results.jsonl out."""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from lvsc.lab.guest import netns
from lvsc.lab.guest.cluster import Cluster, SceneError
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


def main(folder: Path) -> None:
    """Play all scenes, one after the other; a scene that fails does not stop the rest."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
    for path, value in _SHARED.items():
        with contextlib.suppress(OSError):
            Path("/proc/sys", path).write_text(str(value), encoding="ascii")
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    with open(folder / "results.jsonl", "w", encoding="utf-8") as results:
        for scene in job["scenes"]:
            started = time.monotonic()
            result = _scene(scene)
            result["seconds"] = round(time.monotonic() - started, 2)
            quiet(_CALM)
            results.write(json.dumps(result) + "\n")
            results.flush()
            print(f"scene {scene['name']}", flush=True)


def _scene(scene: dict[str, Any]) -> dict[str, Any]:
    try:
        with Cluster(scene) as cluster:
            probes = _probes(cluster, scene) if scene["probes"] else []
            outputs = [_command(command) for command in scene["commands"]]
            return {"name": scene["name"], "error": "", "probes": probes, "outputs": outputs}
    except SceneError as error:
        return {"name": scene["name"], "error": str(error), "probes": [], "outputs": []}
    except Exception:
        return {"name": scene["name"], "error": traceback.format_exc(), "probes": [], "outputs": []}


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
