"""Plays scenes in user-mode Linux, many in one boot, and two boots at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from lvsc.finding import LvscError
from lvsc.lab import uml
from lvsc.lab.answered import PlayedCase
from lvsc.lab.rehearsal import rehearse_cases
from lvsc.state import Case

BATCH, BOOTS, HANDS = 80, 2, 8
_PER_SCENE = 12.0


def play(
    cases: Sequence[Case], done: Callable[[list[PlayedCase]], None], boots: int = BOOTS, hands: int = HANDS
) -> float:
    """Play all; `done` gets the results of each boot. The seconds that it took."""
    started = time.monotonic()
    batches = [cases[start : start + BATCH] for start in range(0, len(cases), BATCH)]
    with ThreadPoolExecutor(boots) as pool:
        for results in pool.map(lambda batch: _boot(batch, hands), batches):
            done(results)
    return time.monotonic() - started


def _boot(cases: Sequence[Case], hands: int) -> list[PlayedCase]:
    """One boot; where it fails as a whole, so do its scenes."""
    try:
        limit = 60 + _PER_SCENE * len(cases)
        return rehearse_cases(cases, uml, limit, hands=hands, quick=True)
    except LvscError as error:
        return [PlayedCase(case.name, (), str(error), 0.0) for case in cases]
