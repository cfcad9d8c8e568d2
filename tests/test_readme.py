"""What the README and the documentation show is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lvsc.topology import load
from tests.conftest import ROOT

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
PAIR = ROOT / "tests" / "importers" / "keepalived" / "tutorial_pair"
# Lines of `sh` blocks that only show how: they need a repository with a history, or state files.
SHOWN_ONLY = ("lvsc diff", "lvsc walk --states", "lvsc rehearse --states")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)


def commands(page: Path) -> Iterator[tuple[str, str]]:
    """Each command of a console block with what it prints."""
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed


def pattern(printed: str) -> str:
    """`...` stands for any lines, or for a part of one; times differ."""
    escaped = re.escape(printed).replace(re.escape("...\n"), "(.*\n)*")
    escaped = escaped.replace(re.escape("..."), ".*")
    return re.sub(r"in\\ \d+\\\.\d\\ s", r"in \\d+\\.\\d s", escaped)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        f"{command} 2>&1", shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def prepared(page: Path, folder: Path) -> Path:
    """A folder with what the page's commands find."""
    if page.name == "migration.md":
        for path in PAIR.glob("*.conf"):
            shutil.copy(path, folder)
    elif page.name != "tutorial.md":
        shutil.copytree(ROOT / "examples", folder / "examples")
        shutil.copy(ROOT / "examples" / "dr-minimal.yaml", folder / "lvsc.yaml")
    return folder


@pytest.mark.parametrize("page", [each for each in PAGES if blocks(each, "console")], ids=lambda page: page.name)
def test_what_is_shown_is_printed(page: Path, tmp_path: Path) -> None:
    """All commands of a page, one after the other."""
    folder = prepared(page, tmp_path)
    for command, printed in commands(page):
        said = run(command, folder).stdout
        assert re.fullmatch(pattern(printed), said), f"$ {command}\n{said}"


@pytest.mark.parametrize("page", [each for each in DOCS if blocks(each, "sh")], ids=lambda page: page.name)
def test_what_is_only_named_runs(page: Path, tmp_path: Path) -> None:
    folder = prepared(page, tmp_path)
    lines = [line.partition("#")[0].strip() for block in blocks(page, "sh") for line in block.splitlines()]
    for line in (line for line in lines if line and not line.startswith(SHOWN_ONLY)):
        done = run(line, folder)
        assert done.returncode in (0, 1), f"$ {line}\n{done.stdout}"


def test_the_shown_topology_is_clean() -> None:
    (topology,) = blocks(ROOT / "README.md", "yaml")
    assert load([("README.md", topology.encode())]).findings == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_linked_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in DOCS if path.name != "README.md" and f"]({path.name})" not in index] == []
