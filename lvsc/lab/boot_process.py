"""Runs one command in a session of its own, reads what it prints, and always ends it."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lvsc.lab.boot_program import OnOutput

LOG_BYTES = 64 * 1024

_LEASH = Path(__file__).with_name("boot_leash.py")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; the exit code is None when it was killed at the time limit."""

    exit_code: int | None
    log: str
    seconds: float


class _Lines:
    """Keeps the end of a stream, and passes on each line once it is complete."""

    def __init__(self, on_output: OnOutput | None) -> None:
        self._on_output = on_output
        self._tail = b""
        self._open = b""

    def add(self, data: bytes) -> None:
        self._tail = (self._tail + data)[-LOG_BYTES:]
        *complete, self._open = (self._open + data).split(b"\n")
        if self._on_output is not None:
            for line in complete:
                self._on_output(_text(line))

    def close(self) -> str:
        if self._open and self._on_output is not None:
            self._on_output(_text(self._open))
        return _text(self._tail)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    time_limit: float,
    on_output: OnOutput | None = None,
    options: Sequence[str] = (),
) -> Ended:
    """Run the command until it ends or the time is over; nothing of it is left then."""
    started = time.monotonic()
    lines = _Lines(on_output)
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_LEASH), *options, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        start_new_session=True,
    )
    try:
        in_time = _pump(process, started + time_limit, lines)
    finally:
        _kill(process)
    exit_code = process.returncode if in_time else None
    return Ended(exit_code, lines.close(), time.monotonic() - started)


def _pump(process: subprocess.Popen[bytes], deadline: float, lines: _Lines) -> bool:
    """Read until the command has ended (True) or the deadline has come (False)."""
    assert process.stdout is not None
    output = process.stdout.fileno()
    os.set_blocking(output, False)
    with selectors.DefaultSelector() as selector, _pidfd(process.pid) as ended:
        selector.register(output, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            ready = {key.fd for key, _ in selector.select(left)}
            if output in ready and not _read(output, lines):
                selector.unregister(output)
            if ended in ready:
                return _drain(output, lines)
    return False


@contextlib.contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    pidfd = os.pidfd_open(pid)
    try:
        yield pidfd
    finally:
        os.close(pidfd)


def _read(output: int, lines: _Lines) -> bool:
    """Read what is there; False when there will be no more."""
    try:
        data = os.read(output, LOG_BYTES)
    except BlockingIOError:
        return True
    lines.add(data)
    return bool(data)


def _drain(output: int, lines: _Lines) -> bool:
    with contextlib.suppress(BlockingIOError):
        while data := os.read(output, LOG_BYTES):
            lines.add(data)
    return True


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group; its leader is reaped only then, so the number is still ours."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _text(data: bytes) -> str:
    return data.decode(errors="replace").replace("\r\n", "\n").removesuffix("\r")
