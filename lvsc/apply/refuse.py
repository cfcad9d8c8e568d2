"""What the kernel and the daemons of a host say of a plan before anything is touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lvsc.apply.prepare import Prepared
from lvsc.finding import Refused
from lvsc.plan.make import Plan
from lvsc.plan.thing import Service
from lvsc.plan.wanted import Wanted


class Judge(Protocol):
    """What is asked of a host."""

    def owners(self) -> list[str]:
        """Daemons that own the IPVS table, by name."""

    def starts_daemons(self) -> bool:
        """Whether lvsc can start a daemon here: where systemd runs."""

    def refuses_file(self, wanted: Wanted) -> str | None:
        """What keepalived says against the candidate of its file; None when nothing."""

    def rehearse(self, plan: Plan) -> tuple[tuple[str, ...], str | None]:
        """What the kernel refuses of the table's changes, tried in a namespace of its own; or why it was not tried."""


def check(host: Judge, prepared: Prepared) -> Iterator[str]:
    """Raises Refused for what would fail; yields what could not be tried."""
    wanted = prepared.wanted
    owners = host.owners()
    strange = [name for name in owners if not (name == "keepalived" and wanted.keepalived)]
    if strange and any(isinstance(key, Service) for key in wanted.things):
        raise Refused(f"{strange[0]} runs here and owns the IPVS table", f"stop {strange[0]}, or leave the table to it")
    said = host.refuses_file(wanted)
    if said is not None:
        raise Refused(f"keepalived refuses its new file: {said}", "the topology passed lint: please report this")
    refusals, untried = host.rehearse(prepared.plan)
    if refusals:
        more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
        raise Refused(f"the kernel refuses the table: {refusals[0]}{more}", "nothing was touched")
    if untried is not None:
        yield f"not rehearsed: {untried}"
    if wanted.keepalived and "keepalived" not in owners and not host.starts_daemons():
        yield "keepalived does not run here: its file is put there, start it then"
