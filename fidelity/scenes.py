"""The case of a seed and a number: always the same one."""

from __future__ import annotations

from dataclasses import dataclass

from fidelity.asking import ask
from fidelity.draft import Dice
from fidelity.faults import spoil
from fidelity.variants import vary
from fidelity.world import world
from lvsc.state import Case


@dataclass(frozen=True, slots=True)
class Scene:
    """A made-up case, what kind of cluster it is, and what was done to it."""

    case: Case
    mode: str
    family: int
    notes: tuple[str, ...]


def scene(seed: int, number: int) -> Scene:
    """The scene of that number."""
    made = world(Dice(f"{seed}/{number}"))
    vary(made)
    spoil(made)
    ask(made)
    return Scene(made.freeze(f"s{seed}-{number:05d}"), made.mode, made.family, tuple(made.notes))
