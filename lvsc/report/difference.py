"""What changes between two versions, as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.diff import Difference, ObjectChange, Reach, TrafficChange
from lvsc.report.plain import plain

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_MOST_NAMES = 8


def text(difference: Difference) -> str:
    """The risk first, then what changes for clients, then all else."""
    risk, reasons = difference.weight
    lines = [f"risk: {risk.value} ({risk.meaning})", *(f"  {plain(each)}" for each in reasons)]
    for title, body in sections(difference):
        shown = list(body)
        if shown:
            lines += ["", title, *(f"  {plain(each)}" for each in shown)]
    return "".join(f"{line}\n" for line in lines)


def sections(difference: Difference) -> Iterator[tuple[str, Iterable[str]]]:
    """Each part by its title; a part without lines has nothing to say."""
    yield "traffic", map(traffic, difference.traffic)
    yield "failover", (failover(each.service, each.director, each.lost) for each in difference.failover)
    yield "open connections", (f"{each.service}: {each.why}" for each in difference.cuts)
    yield "reload", (f"{each.director} {_DOES[each.does]} {each.what}" for each in difference.reloads)
    yield "objects", (line for each in difference.objects for line in objects(each))
    yield "findings", _findings(difference)
    yield "files", (line for each in difference.files for line in each.lines)


_DOES = {
    "added": "adds",
    "edited": "edits in place:",
    "deleted": "deletes at once:",
    "unnoticed": "does not notice:",
    "restart": "changes hands:",
}


def failover(service: str, director: str, lost: bool) -> str:
    """One service and one director."""
    return f"{service} {'does not outlive' if lost else 'now outlives'} the loss of {director}{' any more' * lost}"


def traffic(change: TrafficChange) -> str:
    """`http from internet: web1, web2 -> web1`."""
    return f"{change.service} from {change.client}: {reach(change.before)} -> {reach(change.after)}"


def reach(found: Reach | None) -> str:
    """Who answers, who does past the director, who does not and why."""
    if found is None:
        return "no such service"
    parts = [named(found.good) or "nobody"]
    if found.past:
        parts = ["past the director"]
    reasons: dict[str, list[str]] = {}
    for server, why in found.fails.items():
        reasons.setdefault(why, []).append(server)
    parts += [f"not {named(servers)} ({why})" for why, servers in reasons.items()]
    return "; ".join(parts)


def named(names: Iterable[str]) -> str:
    """`web1, web2 and 3 more`."""
    names = list(names)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def objects(change: ObjectChange) -> Iterator[str]:
    """The object, and below it each value that changes."""
    yield f"{_SIGNS[change.kind]} {change.name}"
    for each in change.values:
        old, new = (value if value is not None else "(none)" for value in (each.before, each.after))
        yield f"    {each.path + ': ' if each.path else ''}{old} -> {new}"


def _findings(difference: Difference) -> Iterator[str]:
    for sign, findings in (("+", difference.new_findings), ("-", difference.gone_findings)):
        for each in findings:
            place = f"{each.at.file}:{each.at.line}:{each.at.column}"
            yield f"{sign} {each.severity.value}[{each.rule}] {each.message} ({place})"
