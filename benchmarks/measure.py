"""CPU seconds and peak memory of whole processes, and of calls."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Cost(NamedTuple):
    """CPU seconds and peak resident megabytes of one process."""

    cpu: float
    megabytes: float


def process(command: Sequence[str], runs: int = 1) -> Cost:
    """The median cost of a command; its output is thrown away."""
    costs = [_once(command) for _ in range(runs)]
    return Cost(statistics.median(cost.cpu for cost in costs), max(cost.megabytes for cost in costs))


def _once(command: Sequence[str]) -> Cost:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)]
    pid = os.posix_spawn(command[0], list(command), os.environ, file_actions=actions)
    _, status, used = os.wait4(pid, 0)
    os.close(nowhere)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def call(function: Callable[[], object], runs: int = 3) -> float:
    """The least CPU seconds of a call."""
    best = float("inf")
    for _ in range(runs):
        started = time.process_time()
        function()
        best = min(best, time.process_time() - started)
    return best
