"""What the README shows is what happens."""

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

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def commands() -> Iterator[tuple[str, str]]:
    """Each command of a console block with what it prints."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed


def pattern(printed: str) -> str:
    """`...` stands for any lines; times differ."""
    escaped = re.escape(printed).replace(re.escape("...\n"), "(.*\n)*")
    return re.sub(r"in\\ \d+\\\.\d\\ s", r"in \\d+\\.\\d s", escaped)


@pytest.mark.parametrize(("command", "printed"), list(commands()), ids=[command for command, _ in commands()])
def test_a_shown_command_prints_what_is_shown(command: str, printed: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    if command.startswith("cat build"):
        subprocess.run(["lvsc", "compile", "examples/dr-minimal.yaml"], cwd=tmp_path, env=environment, check=True)
    done = subprocess.run(
        f"{command} 2>&1", shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert re.fullmatch(pattern(printed), done.stdout), done.stdout


def test_the_shown_topology_is_clean() -> None:
    (topology,) = blocks("yaml")
    assert load([("README.md", topology.encode())]).findings == ()


def test_every_file_that_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
