"""What a lab backend is given, what it gives back, and why it may refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lvsc.finding import LvscError

MISSING_MODULES = "modules.missing"

OnOutput = Callable[[str], None]


class LabUnavailable(LvscError):
    """No private kernel can be had here; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Program:
    """One Python program to run as root inside the private kernel.

    script       a Python file that needs the standard library only, absolute
    folder       the job folder, absolute; the program gets it as argv[1], and what it
                 writes there is there for the caller afterwards
    modules      kernel modules to load first; those the kernel has not got are listed
                 in folder/modules.missing
    time_limit   seconds for the whole boot; then everything is killed
    """

    script: Path
    folder: Path
    modules: tuple[str, ...]
    time_limit: float


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program's run went; exit_code is None unless it ended by itself."""

    finished: bool
    exit_code: int | None
    log: str
    seconds: float
