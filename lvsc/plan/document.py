"""Plans and what they are made of, as JSON documents, and back."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from lvsc.plan.make import Plan
from lvsc.plan.order import Stage, Step
from lvsc.plan.thing import Change, Key, Value, key_from_json, things_from_json, things_json, value_from_json
from lvsc.plan.wanted import Wanted

VERSION = 1


def wanted_json(wanted: Wanted) -> dict[str, Any]:
    """What a host shall hold, without the bytes of its files."""
    return {
        "host": wanted.host,
        "things": things_json(wanted.things),
        "table": things_json(wanted.table),
        "names": [[list(key), name] for key, name in wanted.names.items()],
        "modules": list(wanted.modules),
        "floating": list(wanted.floating),
    }


def wanted_from_json(document: Mapping[str, Any], contents: Mapping[str, bytes]) -> Wanted:
    """What `wanted_json` wrote."""
    names = {key_from_json(key): name for key, name in document["names"]}
    things, table = (things_from_json(document[part]) for part in ("things", "table"))
    return Wanted(
        document["host"], things, table, contents, names, tuple(document["modules"]), tuple(document["floating"])
    )


def steps_json(steps: Iterable[Step]) -> list[Any]:
    """Steps with their changes: [stage, [[key, before, after], ...], [server, ...]]."""
    return [
        [step.stage.name, [_change(change) for change in step.changes], [list(key) for key in step.waits]]
        for step in steps
    ]


def _change(change: Change) -> list[Any]:
    key, before, after = change
    return [list(key), None if before is None else list(before), None if after is None else list(after)]


def steps_from_json(document: Iterable[Any]) -> tuple[Step, ...]:
    """What `steps_json` wrote."""
    return tuple(
        Step(Stage[stage], tuple(_from(each) for each in changes), tuple(key_from_json(key) for key in waits))
        for stage, changes, waits in document
    )


def _from(document: list[Any]) -> Change:
    key, before, after = document
    return Change(key_from_json(key), value_from_json(key[-1], before), value_from_json(key[-1], after))


def plan_json(plan: Plan, wanted: Wanted) -> dict[str, Any]:
    """A plan that `lvsc apply` takes: what was observed (its digest), what is wanted, and what follows from both."""
    return {
        "lvsc_plan": VERSION,
        "host": plan.host,
        "observed": plan.digest,
        "steps": [_shown(step) for step in plan.steps],
        "leaving": [
            {"thing": _named(each.key), "becomes": _fields(each.last), "waits_for": [str(key) for key in each.waits]}
            for each in plan.leaving
        ],
        "left_alone": [str(key) for key in plan.foreign],
        "refusals": list(plan.refusals),
        "notes": list(plan.notes),
        "wanted": wanted_json(wanted),
        "contents": {name: base64.b64encode(data).decode() for name, data in wanted.contents.items()},
    }


def plan_from_json(document: Mapping[str, Any]) -> tuple[str, Wanted]:
    """The digest of what was observed, and what is wanted; the steps are made anew."""
    contents = {name: base64.b64decode(text) for name, text in document["contents"].items()}
    return document["observed"], wanted_from_json(document["wanted"], contents)


def _shown(step: Step) -> dict[str, Any]:
    changes = [
        {"thing": _named(change.key), "before": _fields(change.before), "after": _fields(change.after)}
        for change in step.changes
    ]
    return {"step": step.stage.value, "changes": changes, "waits_for": [str(key) for key in step.waits]}


def _named(key: Key) -> dict[str, Any]:
    fields = key._asdict()
    if "service" in fields:
        fields["service"] = str(fields["service"])
    return fields


def _fields(value: Value | None) -> dict[str, Any] | None:
    return None if value is None else value._asdict()
