"""The crash matrix: the change of tests/apply/change.py killed and hindered everywhere, in the lab's kernel.

`python -m tests.apply.matrix` (make crash) plays every case and prints the counts.
"""

from __future__ import annotations

import collections
import json
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from lvsc.lab import uml
from lvsc.lab.boot_program import Program

GUEST = Path(__file__).with_name("guest.py")
MODULES = ("ip_vs", "ip_vs_rr", "ip_vs_wlc", "ip_vs_sh", "ip_vs_mh", "dummy")


class Result(NamedTuple):
    """One case: what was done to the apply, at which point, and what came of it."""

    kind: str
    number: int
    found: Any


class Matrix(NamedTuple):
    """What the host holds before, after, and just booted, and every case."""

    old: Any
    new: Any
    fresh: Any
    results: list[Result]

    def of(self, kind: str) -> list[Result]:
        """The cases of a kind in which the apply came so far."""
        return [each for each in self.results if each.kind == kind and each.found is not None]

    def told(self, seen: Any) -> str:
        """Old, new, or neither."""
        return "old" if seen == self.old else "new" if seen == self.new else "neither"


def play(every: int, parts: int = 2, seconds: float = 1800) -> Matrix:
    """Play the matrix in several kernels at once; `every` n-th point of those cases that are many."""
    with ThreadPoolExecutor(parts) as pool:
        rows = [row for part in pool.map(lambda part: _boot(every, part, parts, seconds), range(parts)) for row in part]
    first = {row.kind: row.found for row in rows if row.kind in ("old", "new", "fresh")}
    return Matrix(first["old"], first["new"], first["fresh"], [row for row in rows if row.kind not in first])


def _boot(every: int, part: int, parts: int, seconds: float) -> list[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "wanted").write_text(json.dumps([every, part, parts]))
        ran = uml.run(Program(GUEST, folder, MODULES, seconds))
        assert ran.exit_code == 0, ran.log
        return [Result(*json.loads(line)) for line in (folder / "results").read_text().splitlines()]


def counts(matrix: Matrix) -> Iterable[tuple[str, str, int]]:
    """How often each kind of case ended old, new, or as neither."""
    found: collections.Counter[tuple[str, str]] = collections.Counter()
    for each in matrix.results:
        if each.found is not None and "seen" in each.found:
            seen = each.found["seen"]
            found[each.kind, matrix.told(seen[-1] if isinstance(seen, list) else seen)] += 1
    return [(kind, how, number) for (kind, how), number in sorted(found.items())]


def main() -> None:
    """Play all and print the counts."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    matrix = play(every, seconds=3000)
    print(f"{'what was done':24} {'the host afterwards':20} cases")
    for kind, how, number in counts(matrix):
        print(f"{kind:24} {how:20} {number}")


if __name__ == "__main__":
    main()
