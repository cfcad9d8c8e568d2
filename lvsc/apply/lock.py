"""One at a time: a lock on the state folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from lvsc.finding import LvscError, Refused

_BETWEEN = 0.1


@contextlib.contextmanager
def locked(path: Path, seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock, waiting for it at most so long. Raises Refused when somebody else has it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LvscError(f"cannot open {path}: {error.strerror}", "run as root") from error
    try:
        _take(descriptor, time.monotonic() + seconds)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Refused(
                    "another lvsc is changing this host", "wait for it to end, or give --lock-timeout 60"
                ) from None
            time.sleep(_BETWEEN)
