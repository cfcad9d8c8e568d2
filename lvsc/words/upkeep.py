"""How keepalived keeps a virtual service: when it counts as up, what becomes of failed real servers, who is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A program and its arguments, run without a shell; `user` None is nobody."""

    command: tuple[str, ...]
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The settings of a virtual service beside its checks.

    `quorum` and `hysteresis` count weights: the service is lost below their
    difference and back at their sum. `alpha` starts with real servers down,
    `omega` runs scripts at the end, `inhibit` gives a failed real server
    weight 0 instead of removing it. `smtp_alert` None is keepalived's default.
    """

    quorum: int = 1
    hysteresis: int = 0
    alpha: bool = False
    omega: bool = False
    inhibit: bool = False
    inhibit_sorry: bool = False
    smtp_alert: bool | None = None
    quorum_up: Script | None = None
    quorum_down: Script | None = None
    notify_up: Script | None = None
    notify_down: Script | None = None

    def scripts(self) -> tuple[tuple[str, Script], ...]:
        """The scripts that there are, by keepalived's words."""
        named = ((name, getattr(self, name)) for name in SCRIPTS)
        return tuple((name, script) for name, script in named if script is not None)


USUAL = Upkeep()
SCRIPTS = ("quorum_up", "quorum_down", "notify_up", "notify_down")
