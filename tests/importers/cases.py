"""The sources that the tests of importers share: a folder a case, with the files, topology.yaml and lint.txt."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path

from lvsc.cli.foreign import included, sources
from lvsc.importers import Imported, Options, import_sources
from lvsc.lower import lower
from lvsc.state import Hosts
from lvsc.topology import load

# The command line switches it off, for runs that are short.
gc.enable()

HERE = Path(__file__).parent
FORMATS = ("keepalived", "ldirectord", "ipvsadm")
CASES = [folder for format_ in FORMATS for folder in sorted((HERE / format_).iterdir())]
IDS = {"variables": ("node1", "node2")}


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}-{folder.name}"


def files_of(folder: Path) -> list[tuple[str, bytes]]:
    found = sorted(path for path in folder.iterdir() if path.suffix in (".conf", ".cf", ".rules"))
    return [(path.name, path.read_bytes()) for path in found]


def imported(folder: Path, fold: bool = True) -> Imported:
    """The case; the current folder must be its folder, for includes."""
    found = sources(files_of(folder), None)
    return import_sources(found, Options(IDS.get(folder.name, ()), included(False), fold))


def hosts_of(text: str) -> Hosts:
    """The hosts of a topology that must be without a finding."""
    loaded = load([("topology.yaml", text.encode())])
    assert loaded.findings == ()
    assert loaded.topology is not None
    return lower(loaded.topology)


def from_texts(files: Sequence[tuple[str, str]], fold: bool = True) -> Imported:
    """An import of texts, without any other file."""
    found = sources([(name, text.encode("utf-8", "surrogatepass")) for name, text in files], None)
    return import_sources(found, Options(fold=fold))
