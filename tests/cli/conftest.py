"""Runs lvsc as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lvsc.cli.app import commands
from tests.conftest import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
LVSC = Path(sys.executable).with_name("lvsc")


@pytest.fixture
def here() -> Run:
    """`lvsc` in this process: for what is asked so often that starting it would be most of the time."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = CliRunner().invoke(commands(arguments), list(arguments))
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def lvsc() -> Run:
    """`lvsc("lint", "x.yaml", cwd=..., input=..., env=...)`, without a terminal and without colour."""

    def run(*arguments: str, cwd: Path = ROOT, text: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [LVSC, *arguments],
            cwd=cwd,
            input=text,
            env={**os.environ, "COLUMNS": "100", **env},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run
