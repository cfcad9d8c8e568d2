"""The door to the user's files: topologies in, results out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lvsc.finding import LvscError
from lvsc.source import MAX_BYTES

ENDINGS = (".yaml", ".yml")


def read_files(paths: Iterable[str]) -> list[tuple[str, bytes]]:
    """Name and content of each topology file; without paths those of the current folder.

    A folder stands for its .yaml and .yml files, `-` for standard input.
    Raises LvscError for what cannot be read, and when nothing is there.
    """
    names = list(dict.fromkeys(_names(paths)))
    if not names:
        raise LvscError("no topology file here", "name one, or run `lvsc init` to write a first lvsc.yaml")
    return [(name, _read(name)) for name in names]


def discovered(names: Iterable[str]) -> list[str]:
    """Those of a folder's files that are topologies without being named."""
    return sorted(name for name in names if name == "lvsc.yaml" or name.endswith(".lvsc.yaml"))


def _names(paths: Iterable[str]) -> Iterator[str]:
    paths = list(paths)
    if not paths:
        yield from discovered(os.listdir())
    for path in paths:
        if path != "-" and os.path.isdir(path):
            yield from sorted(str(each) for each in Path(path).iterdir() if each.suffix in ENDINGS and each.is_file())
        else:
            yield path


def _read(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LvscError(f"cannot read {name}: {error.strerror}") from error


def write_text(target: str, text: str) -> None:
    """Write the text to a file, or to standard output for `-`."""
    try:
        if target == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        Path(target).write_text(text, encoding="utf-8")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise LvscError(f"cannot write {target}: {error.strerror}") from error
