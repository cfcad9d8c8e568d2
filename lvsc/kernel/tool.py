"""A tool of the host, run without a shell and for a limited time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

from lvsc.finding import LvscError

SECONDS = 10.0
_ALSO = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"


class Done(NamedTuple):
    """How a tool ended and what it said."""

    code: int
    out: str
    err: str


def found(name: str) -> str | None:
    """The tool's path; the folders of system tools are searched also where PATH lacks them."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_ALSO}")


def run(command: Sequence[str], text: str = "", seconds: float = SECONDS) -> Done:
    """Run a tool with `text` as its input. Raises LvscError when it is missing or does not end in time."""
    program = found(command[0])
    if program is None:
        raise LvscError(f"{command[0]} is not installed", f"install it: it is needed for `{' '.join(command)}`")
    try:
        done = subprocess.run(
            [program, *command[1:]],
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise LvscError(f"`{' '.join(command)}` did not end within {seconds:.0f} s", "run it by hand") from error
    except OSError as error:
        raise LvscError(f"cannot run {program}: {error.strerror}") from error
    return Done(done.returncode, done.stdout, done.stderr)
