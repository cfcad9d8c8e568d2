"""Plays scenes in a private kernel and reads what happened."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from lvsc.finding import LvscError
from lvsc.lab.backend import Backend, Program, Ran
from lvsc.lab.result import Played, played
from lvsc.lab.scene import Scene, as_json

_PACKAGE = Path(__file__).parents[1]
_GUEST = Path("lvsc/lab/guest")
_MODULES = (
    "ip_vs", "ip_vs_rr", "nf_conntrack", "veth", "bridge", "dummy", "ipip", "sit", "ip6_tunnel", "ip_gre", "ip6_gre",
    "fou", "sctp", "nf_tables",
)  # fmt: skip
OnScene = Callable[[str], None]


def rehearse(
    scenes: Sequence[Scene], backend: Backend, time_limit: float, on_scene: OnScene | None = None
) -> list[Played]:
    """Play the scenes in one boot, in order; `on_scene` gets the name of each that is done.

    Raises LvscError when the kernel did not come up or the time ran out.
    """
    with tempfile.TemporaryDirectory(prefix="lvsc-lab-") as name:
        folder = Path(name)
        script = _pack(folder)
        (folder / "job.json").write_text(json.dumps({"scenes": [as_json(scene) for scene in scenes]}), encoding="utf-8")
        modules = tuple(dict.fromkeys([*_MODULES, *(module for scene in scenes for module in scene.modules)]))
        ran = backend.run(Program(script, folder, modules, time_limit), _listener(on_scene))
        raw = _results(folder)
    if len(raw) < len(scenes):
        raise LvscError(_why(ran, len(raw), len(scenes), time_limit), "raise --time-limit" if not ran.finished else "")
    return [played(scene.probes, json.loads(line)) for scene, line in zip(scenes, raw, strict=True)]


def _pack(folder: Path) -> Path:
    """Copy the guest's program into the job: not every backend sees the host's files."""
    target = folder / _GUEST
    shutil.copytree(_PACKAGE.parent / _GUEST, target, ignore=shutil.ignore_patterns("__pycache__"))
    for package in (target.parent, target.parents[1]):
        (package / "__init__.py").touch()
    return target / "main.py"


def _listener(on_scene: OnScene | None) -> OnScene | None:
    if on_scene is None:
        return None

    def listen(line: str) -> None:
        if line.startswith("scene "):
            on_scene(line.removeprefix("scene ").strip())

    return listen


def _results(folder: Path) -> list[str]:
    path = folder / "results.jsonl"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _why(ran: Ran, done: int, wanted: int, time_limit: float) -> str:
    tail = ran.log[-4000:]
    if not ran.finished:
        return f"the lab did not finish within {time_limit:.0f} s ({done} of {wanted} scenes played)\n{tail}"
    return f"the lab ended early with exit code {ran.exit_code} ({done} of {wanted} scenes played)\n{tail}"
