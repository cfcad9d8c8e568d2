"""Waits until the kernel has nothing left to do."""

from __future__ import annotations

import time

_WINDOW, _IDLE = 0.1, 0.7


def quiet(limit: float) -> None:
    """Return when the processors were idle for a moment, or after so many seconds.

    Freeing the namespaces of a large scene keeps the kernel's network lock
    for seconds, in which no address of the next scene becomes usable.
    """
    ends = time.monotonic() + limit
    before = _ticks()
    while time.monotonic() < ends:
        time.sleep(_WINDOW)
        now = _ticks()
        passed = max(1, now[1] - before[1])
        if (now[0] - before[0]) / passed >= _IDLE:
            return
        before = now


def _ticks() -> tuple[int, int]:
    """Idle and all clock ticks since boot (proc(5): /proc/stat)."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:]]
    return ticks[3] + ticks[4], sum(ticks)
