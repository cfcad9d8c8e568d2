"""`# lvsc: ignore[rule] reason (until 2026-12-31)` in a topology: what it hides, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from lvsc.finding.finding import Finding, Severity, nearest
from lvsc.finding.fix import Cut, Fix
from lvsc.source import Outline, Remark, Span

_FORM = re.compile(r"ignore\[([^\]]*)\]\s*(.*?)\s*(?:\(until\s+([^)]*)\))?")
_EXAMPLE = "`# lvsc: ignore[rule-name] reason (until 2026-12-31)`"
_RULES = "`lvsc explain` lists all rules; what makes a file unusable cannot be ignored"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A finding that is not shown: `by` is "ignore" or "baseline"."""

    finding: Finding
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: the rules it names, why, until which day, and the lines it is about."""

    rules: tuple[str, ...]
    reason: str
    until: str
    at: Span
    first: tuple[int, int]
    last: tuple[int, int]

    def hides(self, finding: Finding) -> bool:
        """Whether a finding is one that it is about."""
        at = (finding.at.line, finding.at.column)
        return finding.rule in self.rules and finding.at.file == self.at.file and self.first <= at <= self.last


@dataclass(frozen=True, slots=True)
class Ignored:
    """What is left to show, what is hidden, and what the comments themselves give to say."""

    kept: list[Finding]
    hidden: list[Hidden]
    said: list[Finding]


def apply(
    findings: Iterable[Finding],
    remarks: Iterable[Remark],
    outline: Outline,
    known: Collection[str],
    chosen: Callable[[str], bool],
    today: Callable[[], str],
) -> Ignored:
    """Hide what comments are about; `known` are the rules that can be ignored, `chosen` tells which are looked at."""
    said: list[Finding] = []
    ignores = [ignore for remark in remarks if (ignore := _read(remark, outline, known, said)) is not None]
    valid = [each for each in ignores if not each.until or each.until >= today()]
    kept, hidden, used = [], [], set()
    for finding in findings:
        by = [ignore for ignore in valid if ignore.hides(finding)]
        used |= {(ignore.at, finding.rule) for ignore in by}
        if by:
            hidden.append(Hidden(finding, "ignore", by[0].reason))
        else:
            kept.append(finding)
    said += (_expired(each) for each in ignores if each.until and each not in valid)
    said += (_unused(each, rule) for each, rule in _pairs(valid) if chosen(rule) and (each.at, rule) not in used)
    return Ignored(kept, hidden, said)


def _pairs(ignores: Iterable[Ignore]) -> Iterator[tuple[Ignore, str]]:
    return ((ignore, rule) for ignore in ignores for rule in ignore.rules)


def _read(remark: Remark, outline: Outline, known: Collection[str], said: list[Finding]) -> Ignore | None:
    match = _FORM.fullmatch(remark.text)
    rules = tuple(filter(None, re.split(r"[\s,]+", match[1]))) if match else ()
    if match is None or not rules:
        said.append(_wrong(remark, f"`{remark.text[:80]}` is no comment that lvsc knows", f"write {_EXAMPLE}"))
        return None
    for rule in rules:
        if rule not in known:
            message = f"there is no rule `{rule[:80]}` that can be ignored{nearest(rule, known)}"
            said.append(_wrong(remark, message, _RULES))
            return None
    if match[3] is not None and not _is_day(match[3]):
        said.append(_wrong(remark, f"`{match[3][:80]}` is no day", "write it as in (until 2026-12-31)"))
        return None
    if not match[2]:
        message = f"this hides {', '.join(rules)} and does not say why"
        remedy = f"add the reason: {_EXAMPLE}"
        said.append(Finding("ignore-without-reason", Severity.WARNING, remark.at, message, remedy))
        return None
    first, last = _about(remark, outline)
    return Ignore(rules, match[2], match[3] or "", remark.at, first, last)


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _about(remark: Remark, outline: Outline) -> tuple[tuple[int, int], tuple[int, int]]:
    """The line of the comment; of one that stands alone the key below it, with all of its value."""
    line = remark.at.line
    if not remark.alone:
        return (line, 1), (line, remark.at.column)
    entries = outline.entries(remark.at.file)
    first = next((entry.start for entry in entries if entry.start[0] > line), (line, 1))
    return first, max((entry.end for entry in entries if entry.start == first), default=first)


def _wrong(remark: Remark, message: str, remedy: str) -> Finding:
    return Finding("wrong-ignore", Severity.WARNING, remark.at, message, remedy)


def _expired(ignore: Ignore) -> Finding:
    message = f"this hid {', '.join(ignore.rules)} until {ignore.until}"
    return Finding("expired-ignore", Severity.WARNING, ignore.at, message, "mend what it hides, or give it a later day")


def _unused(ignore: Ignore, rule: str) -> Finding:
    message = f"nothing is said here that `{rule}` would hide"
    fix = Fix((Cut(ignore.at),)) if len(ignore.rules) == 1 else None
    remedy = "remove the comment, or this rule from it"
    return Finding("unused-ignore", Severity.WARNING, ignore.at, message, remedy, fix=fix)
