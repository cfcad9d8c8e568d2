"""Prints ratios measured in one run, beside the goals: `make bench`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

import lvsc.cli  # noqa: F401  (it sets the collector as every run of lvsc has it)
from benchmarks.measure import Cost, call, process
from benchmarks.table import tables
from benchmarks.topologies import large, looks
from lvsc.source import read

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PYTHON, LVSC, YAMLLINT = str(BIN / "python"), str(BIN / "lvsc"), str(BIN / "yamllint")
HUNDRED_LINES = str(ROOT / "benchmarks" / "hundred_lines.yaml")
Row = tuple[str, str, str, str]


def main() -> None:
    print(f"{'what':52} {'measured':>12} {'goal':>10}  figures")
    with tempfile.TemporaryDirectory() as folder:
        # Reading comes last: a child's peak memory is at least its parent's at the time it was started.
        for rows in (
            start_up(),
            scale(Path(folder)),
            walks(Path(folder)),
            beside_yamllint(Path(folder)),
            tables(),
            reading(),
        ):
            for what, measured, goal, figures in rows:
                print(f"{what:52} {measured:>12} {goal:>10}  {figures}", flush=True)


def start_up() -> Iterator[Row]:
    base = process([PYTHON, "-c", "pass"], 15).cpu
    for what, goal, arguments in (
        ("lvsc --help", 8, ["--help"]),
        ("lvsc lint, 100 lines", 16, ["lint", HUNDRED_LINES]),
    ):
        cpu = process([LVSC, *arguments], 15).cpu
        yield (
            f"{what} / python -c pass, CPU",
            f"{cpu / base:.1f}x",
            f"<= {goal}x",
            f"{cpu * 1000:.0f} / {base * 1000:.0f} ms",
        )


def reading() -> Iterator[Row]:
    text = large(3100)[:1_000_000].rsplit("\n  service", 1)[0] + "\n"
    data = text.encode()
    own = call(lambda: read("bench.yaml", data))
    trip = call(lambda: YAML(typ="rt").load(text), 1)
    safe = call(lambda: YAML(typ="safe").load(text), 2)
    yield (
        "YAML with places, 1 MB: ruamel round trip / lvsc",
        f"{trip / own:.1f}x",
        ">= 25x",
        f"{trip:.2f} / {own:.3f} s",
    )
    yield "YAML with places, 1 MB: ruamel safe (C) / lvsc", f"{safe / own:.1f}x", ">= 5x", f"{safe:.2f} / {own:.3f} s"


def scale(folder: Path) -> Iterator[Row]:
    small, big = folder / "1000.yaml", folder / "10000.yaml"
    small.write_text(large(1000), encoding="utf-8")
    big.write_text(large(10_000), encoding="utf-8")
    for what, arguments in (("lint", ["lint"]), ("compile", ["compile", "-d", str(folder / "build")])):
        one, ten = process([LVSC, *arguments, str(small)], 3), process([LVSC, *arguments, str(big)])
        yield (
            f"{what}: 10,000 services x 10 / 1,000 x 10, CPU",
            f"{ten.cpu / one.cpu:.1f}x",
            "<= 12x",
            _seconds(ten, one),
        )
        memory = f"{ten.megabytes:.0f} / {one.megabytes:.0f} MB"
        yield f"{what}: the same, peak memory", f"{ten.megabytes / one.megabytes:.1f}x", "<= 12x", memory


def walks(folder: Path) -> Iterator[Row]:
    """A walk is made for each class of equal situation: the cost grows with the classes, in line."""
    few, many = folder / "few.yaml", folder / "many.yaml"
    few.write_text(looks(50), encoding="utf-8")
    many.write_text(looks(500), encoding="utf-8")
    one, ten = process([LVSC, "lint", str(few)], 3), process([LVSC, "lint", str(many)])
    yield ("lint: 500 classes of real servers / 50, CPU", f"{ten.cpu / one.cpu:.1f}x", "<= 12x", _seconds(ten, one))
    big = process([LVSC, "lint", str(folder / "10000.yaml")])
    yield ("lint: 10,000 services x 10 real servers in one class, CPU", f"{big.cpu:.1f} s", "<= 10 s", "")


def beside_yamllint(folder: Path) -> Iterator[Row]:
    path = folder / "1mb.yaml"
    path.write_text(large(3100), encoding="utf-8")
    own = process([LVSC, "lint", str(path)], 3)
    other = process([YAMLLINT, "-d", "relaxed", str(path)])
    yield (
        "lint of 1 MB: yamllint / lvsc, whole process, CPU",
        f"{other.cpu / own.cpu:.1f}x",
        ">= 8x",
        _seconds(other, own),
    )


def _seconds(one: Cost, other: Cost) -> str:
    return f"{one.cpu:.2f} / {other.cpu:.2f} s"


if __name__ == "__main__":
    main()
