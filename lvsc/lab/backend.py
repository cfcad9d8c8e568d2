"""The lab's backends: ways to run one program on a private kernel with IPVS."""

from __future__ import annotations

from typing import Protocol

from lvsc.lab import host, qemu, uml
from lvsc.lab.boot_program import LabUnavailable, OnOutput, Program, Ran

__all__ = ["BACKENDS", "Backend", "LabUnavailable", "OnOutput", "Program", "Ran", "choose"]


class Backend(Protocol):
    """A way to run one program as root beside, never in, the caller's network."""

    NAME: str

    def missing(self) -> str | None:
        """Say what is missing here and how to get it; None when nothing is."""

    def run(self, program: Program, on_output: OnOutput | None = None) -> Ran:
        """Run the program; pass each line it prints to `on_output` as it appears."""


BACKENDS: dict[str, Backend] = {"uml": uml, "qemu": qemu, "host": host}

# host is never taken by itself: it loads modules into the user's own kernel.
_BY_ITSELF = ("uml", "qemu")
_WITHOUT_NFT = ("uml",)


def choose(name: str | None, needs_nft: bool) -> Backend:
    """The backend of that name, or without one the first that can run here."""
    if name is None:
        return _first(tuple(b for b in _BY_ITSELF if not (needs_nft and b in _WITHOUT_NFT)))
    if name not in BACKENDS:
        raise LabUnavailable(f"no lab backend is named {name}; allowed: {', '.join(BACKENDS)}")
    if needs_nft and name in _WITHOUT_NFT:
        raise LabUnavailable(
            f"the kernel of lab backend {name} has no ip, ip6 or inet nftables, which this lab needs; use qemu or host"
        )
    return _first((name,))


def _first(names: tuple[str, ...]) -> Backend:
    reasons = []
    for name in names:
        reason = BACKENDS[name].missing()
        if reason is None:
            return BACKENDS[name]
        reasons.append(f"{name}: {reason}")
    raise LabUnavailable(f"the lab cannot run here: {'; '.join(reasons)}")
