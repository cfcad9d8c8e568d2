"""What a rehearsal showed, as a table for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lvsc.lab.result import Outcome, Played
from lvsc.report.plain import plain
from lvsc.words import Verdict

_MOST_NAMES, _MOST_DEATHS = 8, 5


def table(played: Played) -> str:
    """A row for each client and service, and below each that failed where its connections died."""
    if played.error:
        return f"the cluster could not be built:\n{_indented(played.error)}"
    rows = [("service", "client", "verdict", "answered by"), *map(_row, played.outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [_line(rows[0], widths)]
    for row, outcome in zip(rows[1:], played.outcomes, strict=True):
        lines += [_line(row, widths), *(f"    {line}" for line in _below(outcome))]
    return "".join(f"{line}\n" for line in [*lines, "", _verdict(played)])


def _row(outcome: Outcome) -> tuple[str, str, str, str]:
    return outcome.probe.service, outcome.probe.name, outcome.verdict.value, _answers(outcome)


def _line(row: tuple[str, str, str, str], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[3]]).rstrip()


def _answers(outcome: Outcome) -> str:
    answers = [f"{name} {count}" for name, count in outcome.answers.items()]
    silent = f"; silent: {_named(outcome.silent)}" if outcome.silent and answers else ""
    return _named(answers) + silent if answers else "nobody"


def _named(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _below(outcome: Outcome) -> Iterator[str]:
    yield from map(plain, outcome.deaths[:_MOST_DEATHS])
    if len(outcome.deaths) > _MOST_DEATHS:
        yield f"and {len(outcome.deaths) - _MOST_DEATHS} more ways to fail"
    if outcome.verdict is Verdict.BYPASS:
        yield "answered by real servers that no director sent anything: the director is bypassed"


def _verdict(played: Played) -> str:
    good = sum(each.verdict is Verdict.WORKS for each in played.outcomes)
    return f"{good} of {len(played.outcomes)} answered through a director, in {played.seconds:.1f} s"


def _indented(text: str) -> str:
    return "".join(f"  {plain(line)}\n" for line in text.splitlines())


def as_json(played: Played) -> str:
    """The whole result, version 1."""
    probes = [_probe(each) for each in played.outcomes]
    document = {"version": 1, "works": played.works, "error": played.error, "seconds": played.seconds, "probes": probes}
    return json.dumps(document, indent=2) + "\n"


def _probe(outcome: Outcome) -> dict[str, Any]:
    return {
        "service": outcome.probe.service,
        "client": outcome.probe.client,
        "address": outcome.probe.address,
        "port": outcome.probe.port,
        "protocol": outcome.probe.protocol,
        "verdict": outcome.verdict.value,
        "answers": dict(outcome.answers),
        "silent": list(outcome.silent),
        "deaths": list(outcome.deaths),
    }
