"""The rollback armed outside the process: it comes also when the process, its terminal or its session is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lvsc.apply.store import Journal
from lvsc.finding import LvscError

_SYSTEMD = Path("/run/systemd/system")


def arm(journal: Journal, options: Sequence[str]) -> Callable[[], None]:
    """Have `lvsc rollback --if-unconfirmed <id>` run at the journal's deadline; returns what disarms it.

    A timer of systemd where systemd runs and the namespace is its own, else a detached process. `options` are
    those that name the state folder. Raises LvscError when neither can be had.
    """
    assert journal.deadline is not None
    command = [sys.executable, "-m", "lvsc", "rollback", *options, "--if-unconfirmed", journal.id]
    if _SYSTEMD.is_dir() and _namespace("self") == _namespace("1"):
        return _timer(journal, command)
    return _process([*command, "--at", str(journal.deadline)])


def unit(journal_id: str) -> str:
    """The name of the timer of an apply."""
    return f"lvsc-rollback-{journal_id}"


def disarm(journal_id: str) -> None:
    """Stop the timer of an apply, where there is one; a detached process ends by itself when its journal is gone."""
    if _SYSTEMD.is_dir():
        subprocess.run(
            ["systemctl", "stop", f"{unit(journal_id)}.timer"], stderr=subprocess.DEVNULL, check=False, timeout=30
        )


def _namespace(process: str) -> int:
    try:
        return os.stat(f"/proc/{process}/ns/net").st_ino
    except OSError:
        return 0


def _timer(journal: Journal, command: Sequence[str]) -> Callable[[], None]:
    assert journal.deadline is not None
    left = max(1.0, journal.deadline - time.clock_gettime(time.CLOCK_BOOTTIME))
    # systemd.timer(5): without AccuracySec it may come a minute late.
    timer = ["--collect", f"--unit={unit(journal.id)}", f"--on-active={left:.3f}", "--timer-property=AccuracySec=100ms"]
    done = subprocess.run(["systemd-run", "--quiet", *timer, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LvscError(f"systemd-run failed: {done.stderr.strip()}")
    return lambda: disarm(journal.id)


def _process(command: Sequence[str]) -> Callable[[], None]:
    """A process of a session of its own, which the end of ours does not reach."""
    try:
        watcher = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
    except OSError as error:
        raise LvscError(f"cannot start {command[0]}: {error.strerror}") from error

    def stop() -> None:
        watcher.kill()
        watcher.wait()

    return stop
