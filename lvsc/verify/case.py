"""A test taken apart: one client, one service, and what of them has to be true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lvsc.finding import Finding, Severity, Step, nearest
from lvsc.rules import Site
from lvsc.source import Span
from lvsc.words import HostRole

RULE = "test-failed"


@dataclass(frozen=True, slots=True)
class Case:
    """`answered_by` None is anyone; `at` is where the test stands."""

    client: str
    service: str
    answered_by: tuple[str, ...] | None
    down: tuple[str, ...]
    never: tuple[str, ...]
    at: Span

    def __str__(self) -> str:
        without = f" without {', '.join(self.down)}" if self.down else ""
        return f"{self.client} to {self.service}{without}"

    def wrong(self, answers: Mapping[str, int], met: Iterable[str]) -> str:
        """What is wrong with who answered, or with whom the packets met; nothing where all is well."""
        met = set(met)
        strange = [name for name in answers if self.answered_by is not None and name not in self.answered_by]
        if strange:
            return f"is answered by {', '.join(strange)}"
        touched = [name for name in self.never if name in met or name in answers]
        return f"meets {', '.join(touched)}" if touched else ""


@dataclass(frozen=True, slots=True)
class Result:
    """A case, and why it does not hold; None where it does. `answers` are the real servers that answered."""

    case: Case
    answers: tuple[str, ...]
    finding: Finding | None


def cases(site: Site) -> tuple[list[Case], list[Finding]]:
    """Every test with every client and service that it names; inferred clients that there are not, as findings."""
    clients = [host.name for host in site.hosts.values() if host.role is HostRole.CLIENT]
    found, wrong = [], []
    for test in site.topology.tests:
        for client in test.clients:
            if client not in clients:
                message = f"there is no client `{client}`{nearest(client, clients)}"
                remedy = f"known: {', '.join(clients) or 'none'}"
                at = test.origin.at("from")
                wrong.append(Finding("unknown-name", Severity.ERROR, at, message, remedy))
                continue
            found += [
                Case(client, service, test.answered_by, test.down, test.never, test.origin.name)
                for service in test.services
            ]
    return found, wrong


def failed(case: Case, why: str, hops: Iterable[Step] = ()) -> Finding:
    """The finding of a case that does not hold."""
    down = "".join(f" --down {name}" for name in case.down)
    walk = f"lvsc walk {case.at.file} {case.client} {case.service}{down}"
    remedy = f"follow it with `{walk}`, and mend that, or the test"
    return Finding(RULE, Severity.ERROR, case.at, f"{case}: {why}", remedy, (), tuple(hops))


def by_down(found: Iterable[Case]) -> Iterator[tuple[tuple[str, ...], list[Case]]]:
    """The cases by what is down meanwhile."""
    groups: dict[tuple[str, ...], list[Case]] = {}
    for case in found:
        groups.setdefault(case.down, []).append(case)
    yield from groups.items()
