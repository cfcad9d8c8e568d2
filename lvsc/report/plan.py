"""A plan in words: the steps with before and after, what they do to traffic, what is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.plan.make import Plan, named
from lvsc.plan.order import Leaving, Stage, Step
from lvsc.plan.thing import (
    Address,
    Change,
    Device,
    FileValue,
    Key,
    RouteTo,
    RouteValue,
    Server,
    ServerValue,
    Service,
    Setting,
    Value,
    service_of,
)
from lvsc.plan.wanted import Wanted
from lvsc.report.plain import plain
from lvsc.words import sysctl_name

_MOST = 40
# Values of these say by themselves what they are.
_NAMELESS = ("number", "method", "kind", "rules")


def text(plan: Plan, wanted: Wanted, undo: bool = False, most: int = _MOST) -> str:
    """The plan; with `undo` also the way back. More than `most` changes of a step are counted, not shown."""
    if plan.empty:
        lines = [f"{plan.host}: nothing to do"]
    else:
        lines = [f"{plan.host}: {_count(plan)}  (observed {plan.digest[:12]})"]
        for step in plan.steps:
            lines += ["", f"  {step.stage.value}", *_step(step, wanted, most)]
        if plan.leaving:
            lines += ["", f"  {Stage.LEAVING.value}", *_cut(list(_leaving(plan.leaving, wanted)), most)]
        if undo:
            lines += ["", "  undo, in this order"]
            for step in reversed(plan.steps):
                lines += _step(step.undo, wanted, most)
        lines += _titled("traffic", traffic(plan, wanted))
    for title, told in (("left alone, not lvsc's", map(str, plan.foreign)), ("note", plan.notes)):
        lines += [f"  {title}: {line}" for line in told]
    lines += [f"  REFUSED: {reason}" for reason in plan.refusals]
    return "".join(f"{plain(line)}\n" for line in lines)


def _titled(title: str, lines: list[str]) -> list[str]:
    return ["", f"  {title}", *(f"    {line}" for line in lines)] if lines else []


def _count(plan: Plan) -> str:
    changes = sum(len(step.changes) for step in plan.steps)
    words = [f"{changes} change{'s' * (changes != 1)} in {len(plan.steps)} step{'s' * (len(plan.steps) != 1)}"]
    words += [f"{len(plan.leaving)} to remove"] * bool(plan.leaving)
    return ", then ".join(words)


def _step(step: Step, wanted: Wanted, most: int) -> list[str]:
    waits = [f"    wait until {server} of {server.service} has no connection" for server in step.waits]
    return [*waits, *_cut([_change(change, wanted) for change in step.changes], most)]


def _cut(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"    ... and {len(lines) - most} more"]


def _change(change: Change, wanted: Wanted) -> str:
    key, before, after = change
    name = label(key, wanted)
    if before is None:
        said = _all(after)
        return f"    + {name}: {said}" if said else f"    + {name}"
    if after is None:
        return f"    - {name}"
    return f"    ~ {name}: {differing(before, after)}"


def label(key: Key, wanted: Wanted) -> str:
    """A thing as people call it."""
    if isinstance(key, Server):
        return f"{named(key, wanted)} of {wanted.names.get(key.service, key.service)}"
    if isinstance(key, Service):
        return named(key, wanted)
    if isinstance(key, Setting):
        return sysctl_name(key.path)
    if isinstance(key, Address):
        return f"{key.address} on {key.device}"
    if isinstance(key, RouteTo):
        return f"route to {key.to}" + (f" (table {key.table})" if key.table != 254 else "")
    if isinstance(key, Device):
        return f"device {key.name}"
    return f"{key.kind} {' '.join(str(part) for part in key[:-1])}"


def _all(value: Value | None) -> str:
    """The fields that say something."""
    if value is None:
        return ""
    fields = value._asdict()
    if isinstance(value, RouteValue):
        del fields["protocol"]
    if isinstance(value, ServerValue) and value.method != "tun":
        del fields["tunnel"]
    if isinstance(value, FileValue) and value.link:
        return f"link to {value.link}"
    return ", ".join(_field(name, each) for name, each in fields.items() if each not in ("", 0, False, ()))


def differing(before: Value, after: Value) -> str:
    """The fields that differ: `weight 1 -> 5`."""
    new = after._asdict()
    changed = [(name, old, new[name]) for name, old in before._asdict().items() if old != new[name]]
    return ", ".join(f"{_field(name, old)} -> {_plain(name, value)}" for name, old, value in changed) or "kept"


def _field(name: str, value: object) -> str:
    return _plain(name, value) if name in _NAMELESS else f"{name} {_plain(name, value)}"


def _plain(name: str, value: object) -> str:
    if name == "digest":
        return str(value)[:12] or "none"
    if name == "mode" and isinstance(value, int):
        return oct(value)[2:]
    if isinstance(value, tuple):
        return "; ".join(str(each) for each in value)
    return str(value) if value != "" else "none"


def _leaving(leaving: Iterable[Leaving], wanted: Wanted) -> Iterator[str]:
    for each in leaving:
        if each.last is None:
            yield f"    - {label(each.key, wanted)}"
        else:
            yield f"    ~ {label(each.key, wanted)}: back to {_all(each.last) or '0'}"


def traffic(plan: Plan, wanted: Wanted) -> list[str]:
    """What the plan does to connections, a line for each service that it touches, and how many it does not."""
    touched: dict[Service, list[str]] = {}
    for step in plan.steps:
        for change in step.changes:
            service = service_of(change.key)
            if isinstance(service, Service):
                touched.setdefault(service, []).extend(_effect(change, step, wanted))
    for each in plan.leaving:
        service = service_of(each.key)
        if isinstance(service, Service):
            touched.setdefault(service, []).extend(_parting(each, wanted))
    services = {key for key in (*wanted.things, *wanted.table) if isinstance(key, Service)}
    lines = [
        f"{named(service, wanted)}: {'; '.join(dict.fromkeys(effects)) or 'connections live on'}"
        for service, effects in touched.items()
    ]
    calm = len(services - touched.keys())
    keepalived = any(step.stage is Stage.KEEPALIVED for step in plan.steps)
    if keepalived:
        lines.append("keepalived reads its file again: what stays in it keeps its connections")
    return [*lines, *([f"{calm} service{'s' * (calm != 1)} untouched"] if calm and not keepalived else [])]


def _effect(change: Change, step: Step, wanted: Wanted) -> Iterator[str]:
    key, before, after = change
    if before == after:
        return
    if isinstance(key, Service):
        if before is None:
            yield "new, serves once it is filled"
        elif after is not None:
            yield "edited in place, connections live on"
    elif isinstance(key, Server):
        name = wanted.names.get(key, str(key))
        if before is None:
            yield f"new connections also to {name}"
        elif isinstance(before, ServerValue) and isinstance(after, ServerValue):
            if step.stage is Stage.METHOD:
                yield f"{name} takes connections by {after.method} once drained"
            elif before.weight and not after.weight:
                yield f"no new connections to {name}, those it has live on"
            else:
                yield f"another share for {name}, connections live on"


def _parting(each: Leaving, wanted: Wanted) -> Iterator[str]:
    if isinstance(each.key, Server):
        yield f"{wanted.names.get(each.key, str(each.key))} is removed once it has no connection"
    else:
        yield "removed once drained"
