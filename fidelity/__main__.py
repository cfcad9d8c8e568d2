"""`python -m fidelity`: random clusters in a real kernel and in the walk, and where the two disagree."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from fidelity.play import BOOTS, HANDS, play
from fidelity.scenes import Scene, scene
from fidelity.table import Table
from fidelity.words import Said, document, words, write
from lvsc.lab.answered import PlayedCase
from lvsc.state import Case

Walk = Callable[[Case], Sequence[Said]]


def main() -> int:
    """Make the scenes, play them, walk them, compare."""
    options = _options()
    walk = None if options.kernel_only else _walk()
    scenes = {each.case.name: each for each in (scene(options.seed, number) for number in _numbers(options))}
    folder = Path(options.folder)
    shutil.rmtree(folder, ignore_errors=True)
    table, doubts = Table(), []

    def compare(results: list[PlayedCase]) -> None:
        for played in results:
            one = scenes[played.name]
            if played.error:
                table.broken += 1
                print(f"{played.name}: {played.error.strip()}", file=sys.stderr)
            elif walk is None or words(walk(one.case)) != words(played.results):
                doubts.append(played)
            else:
                table.add(one, words(played.results), words(played.results))
        print(f"{len(doubts)} to play again", file=sys.stderr)

    seconds = play([each.case for each in scenes.values()], compare, options.boots, options.hands)
    seconds += _again(scenes, doubts, walk, table, folder, options.boots)
    print(table.text())
    print(f"{len(scenes)} scenes in {seconds:.0f} s, {len(scenes) / seconds:.1f} a second")
    disagree = sum(table.asks.values()) - sum(table.agree.values())
    return 1 if disagree else 0


def _again(
    scenes: dict[str, Scene], doubts: list[PlayedCase], walk: Walk | None, table: Table, folder: Path, boots: int
) -> float:
    """Play four times more what is doubted: what the kernel says each time counts, and whatever the walk says alone."""
    said = {played.name: [played] for played in doubts}
    seconds = 0.0

    def keep(results: list[PlayedCase]) -> None:
        for played in results:
            said[played.name].append(played)

    # Some times more quietly: load is what makes a race come out another way.
    for hands in (4, 1, HANDS, 1):
        seconds += play([scenes[name].case for name in said], keep, boots, hands)
    for name, runs in said.items():
        one, walked = scenes[name], walk(scenes[name].case) if walk else None
        heard = [words(played.results) for played in runs if not played.error]
        if any(each != heard[0] for each in heard) and (walked is None or words(walked) in heard):
            table.unsteady += 1
            print(f"{name}: the kernel says now this, now that", file=sys.stderr)
            continue
        table.add(one, heard[-1], words(walked) if walked else [])
        write(folder, document(one, runs[-1].results, walked))
    return seconds


def _walk() -> Walk:
    from lvsc.walk import walk_case  # type: ignore[import-not-found,unused-ignore]

    found: Walk = walk_case
    return found


def _numbers(options: argparse.Namespace) -> Sequence[int]:
    return [options.only] if options.only is not None else range(options.count)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fidelity", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="how many scenes")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other scenes")
    parser.add_argument("--only", type=int, help="just the scene of this number")
    parser.add_argument(
        "--kernel-only", action="store_true", help="do not walk: write what the kernel does, twice alike"
    )
    parser.add_argument("--folder", default="build/fidelity", help="where disagreements are written; emptied first")
    parser.add_argument("--boots", type=int, default=BOOTS, help="kernels at a time")
    parser.add_argument("--hands", type=int, default=HANDS, help="scenes at a time in each")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
