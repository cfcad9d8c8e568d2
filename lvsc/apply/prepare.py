"""All that comes before the first change: observe, plan, and refuse what must not be begun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lvsc.apply.door import Door
from lvsc.apply.store import PENDING, Current, Store
from lvsc.apply.undo import Undone, recover
from lvsc.finding import Refused
from lvsc.plan.make import Plan, make
from lvsc.plan.thing import Key
from lvsc.plan.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, what it leads to, and what was committed before; `recovered` is what an earlier run had left."""

    plan: Plan
    wanted: Wanted
    current: Current
    recovered: Undone | None = None

    @property
    def nothing(self) -> bool:
        """Whether the host is as wanted, and lvsc knows it for its own."""
        return self.plan.empty and self.wanted.things.keys() <= self.current.owned.keys()

    @property
    def only_leaving(self) -> bool:
        """Whether all that is to be done is to remove what leaves."""
        return not self.plan.steps and self.wanted.things.keys() <= self.current.owned.keys()


def observe(door: Door, store: Store, wanted: Wanted, recovered: Undone | None = None) -> Prepared:
    """Read what is live and plan the way from it."""
    current = store.current()
    committed = store.generation(current.generation)
    if committed is not None:
        # What leaves is known by the name it had.
        wanted = replace(wanted, names={**committed[0].names, **wanted.names})
    keys: Iterable[Key] = (*wanted.things, *current.owned)
    return Prepared(make(door.read(keys), wanted, current.owned, current.drained), wanted, current, recovered)


def ended(door: Door, store: Store) -> Undone | None:
    """End what an earlier run left. Raises Refused where that is not ours to end: it waits to be confirmed."""
    journal = store.journal()
    if journal is not None and journal.phase == PENDING:
        boot, netns = door.identity()
        alive = (journal.boot, journal.netns) == (boot, netns)
        if alive and (journal.deadline is None or door.boottime() < journal.deadline):
            raise Refused(
                "an earlier apply waits to be confirmed", "run `lvsc confirm` to keep it, or `lvsc rollback` to undo it"
            )
    return recover(door, store)


def fit(prepared: Prepared, expected: str | None) -> None:
    """Raises Refused for a plan that is stale or has no safe way; `expected` is the digest of what it was made for."""
    plan = prepared.plan
    if expected is not None and not plan.digest.startswith(expected):
        raise Refused(
            f"the plan is stale: it was made for {expected[:12]}, and {plan.host} is at {plan.digest[:12]} now",
            "make it anew with `lvsc plan`, and look at what has changed",
        )
    if plan.refusals:
        more = f" (and {len(plan.refusals) - 1} more reasons)" if len(plan.refusals) > 1 else ""
        raise Refused(f"there is no safe way: {plan.refusals[0]}{more}", "`lvsc plan` shows all")
