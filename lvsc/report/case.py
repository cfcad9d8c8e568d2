"""What the asks of a case showed, as a table for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lvsc.lab.answered import Answered, PlayedCase
from lvsc.report.plain import plain
from lvsc.state import Ask, Before, Deed
from lvsc.words import Verdict

_MOST_DEATHS = 5


def table(played: PlayedCase) -> str:
    """A row for each ask, what came before it above, where its connections died below."""
    if played.error:
        return "the hosts could not be built:\n" + "".join(f"  {plain(line)}\n" for line in played.error.splitlines())
    rows = [("from", "to", "verdict", "answered by"), *map(_row, played.results)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [_line(rows[0], widths)]
    for row, result in zip(rows[1:], played.results, strict=True):
        lines += [f"  ({_deed(each)})" for each in result.ask.before]
        lines += [_line(row, widths), *(f"    {line}" for line in _below(result))]
    good = sum(each.verdict is Verdict.WORKS for each in played.results)
    last = f"{good} of {len(played.results)} answered through a director, in {played.seconds:.1f} s"
    return "".join(f"{line}\n" for line in [*lines, "", last])


def _row(result: Answered) -> tuple[str, str, str, str]:
    answers = ", ".join(f"{name} {count}" for name, count in result.answers.items())
    return result.ask.origin, target(result.ask), result.verdict.value, answers or "nobody"


def target(ask: Ask) -> str:
    """Where an ask goes, as `--to` takes it."""
    host = f"[{ask.address}]" if ask.address.version == 6 else str(ask.address)
    return f"{host}:{ask.port}/{ask.protocol.value}"


def _line(row: tuple[str, str, str, str], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[3]]).rstrip()


def _deed(before: Before) -> str:
    if before.deed is Deed.WAIT:
        return f"wait {before.seconds:g} s"
    if before.deed is Deed.FORGET:
        return f"{before.host} forgets its neighbours"
    return f"{before.host}: {before.deed.value} {before.address} on {before.device}"


def _below(result: Answered) -> Iterator[str]:
    yield from map(plain, result.deaths[:_MOST_DEATHS])
    if result.verdict is Verdict.BYPASS:
        yield "answered by hosts that no director sent anything: the director is bypassed"


def as_json(played: PlayedCase) -> str:
    """The whole result, version 1."""
    document = {
        "version": 1,
        "name": played.name,
        "works": played.works,
        "error": played.error,
        "seconds": played.seconds,
        "asks": [_result(each) for each in played.results],
    }
    return json.dumps(document, indent=2) + "\n"


def _result(result: Answered) -> dict[str, Any]:
    return {
        "from": result.ask.origin,
        "to": target(result.ask),
        "connections": result.ask.connections,
        "verdict": result.verdict.value,
        "answers": dict(result.answers),
        "errors": dict(result.errors),
        "deaths": list(result.deaths),
    }
