"""What a rehearsal showed, as a table for people and as JSON."""

from __future__ import annotations

import json
from typing import Any, Protocol

from lvsc.report.plain import plain


class Probe(Protocol):
    """What was asked."""

    service: str
    client: str
    name: str


def table(played: Any) -> str:
    """A row for each client and service, and below each that failed where its connections died."""
    if played.error:
        return f"the cluster could not be built:\n{_lines(played.error)}"
    if not played.outcomes:
        return "nothing to rehearse: no service that a client could ask\n"
    rows = [("service", "client", "verdict", "answered by")]
    rows += [(each.probe.service, each.probe.name, each.verdict.value, _answers(each)) for each in played.outcomes]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = []
    for number, row in enumerate(rows):
        lines.append(
            "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        )
        if number:
            outcome = played.outcomes[number - 1]
            lines += [f"    {plain(death)}" for death in outcome.deaths]
            if outcome.verdict.value == "bypass":
                lines.append("    answered by real servers that no director sent anything: the director is bypassed")
    return "".join(f"{line}\n" for line in [*lines, "", _verdict(played)])


def _answers(outcome: Any) -> str:
    answers = list(outcome.answers.items())
    shown = ", ".join(f"{name} {count}" for name, count in answers[:8])
    more = f" and {len(answers) - 8} more" if len(answers) > 8 else ""
    silent = f"; silent: {', '.join(outcome.silent[:8])}" if outcome.silent and answers else ""
    return (shown + more + silent) or "nobody"


def _verdict(played: Any) -> str:
    good = sum(each.verdict.value == "works" for each in played.outcomes)
    return f"{good} of {len(played.outcomes)} answered through a director, in {played.seconds:.1f} s"


def _lines(text: str) -> str:
    return "".join(f"  {plain(line)}\n" for line in text.splitlines())


def as_json(played: Any) -> str:
    """The whole result, version 1."""
    outcomes = [
        {
            "service": each.probe.service,
            "client": each.probe.client,
            "address": each.probe.address,
            "port": each.probe.port,
            "protocol": each.probe.protocol,
            "verdict": each.verdict.value,
            "answers": dict(each.answers),
            "silent": list(each.silent),
            "deaths": list(each.deaths),
        }
        for each in played.outcomes
    ]
    document = {
        "version": 1,
        "works": played.works,
        "error": played.error,
        "seconds": played.seconds,
        "probes": outcomes,
    }
    return json.dumps(document, indent=2) + "\n"
