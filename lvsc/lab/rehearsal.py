"""Plays scenes in a private kernel and reads what happened."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lvsc.finding import LvscError
from lvsc.lab.answered import PlayedCase, played_case
from lvsc.lab.asking import case_json, case_modules
from lvsc.lab.backend import Backend, Program, Ran
from lvsc.lab.result import Played, played
from lvsc.lab.scene import Scene, as_json
from lvsc.state import Case

_PACKAGE = Path(__file__).parents[1]
_GUEST = Path("lvsc/lab/guest")
_MODULES = (
    "ip_vs", "ip_vs_rr", "nf_conntrack", "veth", "bridge", "dummy", "ipip", "sit", "ip6_tunnel", "ip_gre", "ip6_gre",
    "fou", "sctp", "nf_tables",
)  # fmt: skip
OnScene = Callable[[str], None]


def rehearse(
    scenes: Sequence[Scene], backend: Backend, time_limit: float, on_scene: OnScene | None = None, hands: int = 1
) -> list[Played]:
    """Play the scenes in one boot, `hands` at a time; `on_scene` gets the name of each that is done.

    Raises LvscError when the kernel did not come up or the time ran out.
    """
    modules = [module for scene in scenes for module in scene.modules]
    raw = _run([as_json(scene) for scene in scenes], modules, backend, time_limit, on_scene, hands)
    return [played(scene.probes, result) for scene, result in zip(scenes, raw, strict=True)]


def rehearse_cases(
    cases: Sequence[Case],
    backend: Backend,
    time_limit: float,
    on_scene: OnScene | None = None,
    hands: int = 1,
    quick: bool = False,
) -> list[PlayedCase]:
    """Play cases in one boot, `hands` at a time; `quick` spares starting `ip` where rtnetlink does the same.

    Raises LvscError when the kernel did not come up or the time ran out.
    """
    scenes = [case_json(case, index, quick) for index, case in enumerate(cases)]
    raw = _run(scenes, case_modules(cases), backend, time_limit, on_scene, hands)
    return [played_case(case, result) for case, result in zip(cases, raw, strict=True)]


def _run(
    scenes: Sequence[Any],
    modules: Sequence[str],
    backend: Backend,
    time_limit: float,
    on_scene: OnScene | None,
    hands: int = 1,
) -> list[dict[str, Any]]:
    """Boot once, and give what the guest wrote of each scene."""
    with tempfile.TemporaryDirectory(prefix="lvsc-lab-") as name:
        folder = Path(name)
        script = _pack(folder)
        (folder / "job.json").write_text(json.dumps({"scenes": scenes, "hands": hands}), encoding="utf-8")
        needed = tuple(dict.fromkeys([*_MODULES, *modules]))
        ran = backend.run(Program(script, folder, needed, time_limit), _listener(on_scene))
        results = _results(folder)
    if len(results) < len(scenes):
        why = _why(ran, len(results), len(scenes), time_limit)
        raise LvscError(why, "raise --time-limit" if not ran.finished else "")
    return results


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


def _results(folder: Path) -> list[dict[str, Any]]:
    """Of all scenes that were played to their end, in their order."""
    lines = [
        json.loads(line)
        for path in folder.glob("results-*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
        if line.endswith("\n")
    ]
    return sorted(lines, key=lambda line: int(line["index"]))


def _why(ran: Ran, done: int, wanted: int, time_limit: float) -> str:
    tail = ran.log[-4000:]
    if not ran.finished:
        return f"the lab did not finish within {time_limit:.0f} s ({done} of {wanted} scenes played)\n{tail}"
    return f"the lab ended early with exit code {ran.exit_code} ({done} of {wanted} scenes played)\n{tail}"
