"""The commands, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lvsc.cli.app import commands
from lvsc.finding import LvscError
from tests.conftest import ROOT


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def lvsc(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`lvsc("lint", "x.conf", cwd=..., text=...)`, in this process."""

    def run(*arguments: str, cwd: Path = ROOT, text: str = "") -> Done:
        monkeypatch.chdir(cwd)
        result = CliRunner(env={"COLUMNS": "100"}).invoke(commands(arguments), arguments, input=text)
        if isinstance(result.exception, LvscError):
            return Done(3, result.stdout, f"{result.stderr}lvsc: {result.exception}\n  help: {result.exception.remedy}")
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Done(result.exit_code, result.stdout, result.stderr)

    return run
