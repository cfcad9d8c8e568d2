"""Rounds of fixing: look, fix what can be fixed, look again, until nothing is left to fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lvsc.finding import Cut, Edit, Finding, Fix
from lvsc.finding.identity import identities
from lvsc.fix.prove import apply_edits
from lvsc.source import Map, Outline

_ROUNDS = 20
Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the files gives: their trees, and the findings."""

    roots: Sequence[Map]
    findings: Sequence[Finding]

    @property
    def identities(self) -> list[str]:
        """What each finding is known by."""
        return identities(self.findings, Outline(self.roots))


def fixed(files: Mapping[str, bytes], look: Callable[[Files], Seen], unsafe: bool) -> tuple[Files, list[Finding]]:
    """The files with every fix that heals its finding and brings no other; and the findings that are healed."""
    now, healed = dict(files), []
    seen = look(now)
    failed: set[str] = set()
    for _ in range(_ROUNDS):
        step = _round(now, seen, look, unsafe, failed)
        if step is None:
            break
        now, seen, done = step
        healed += done
    return now, healed


def _round(
    now: Files, seen: Seen, look: Callable[[Files], Seen], unsafe: bool, failed: set[str]
) -> tuple[Files, Seen, list[Finding]] | None:
    """All fixes at once; where that brings something new, the first that does no harm alone."""
    named = zip(seen.findings, seen.identities, strict=True)
    wanted = [
        (finding, name)
        for finding, name in named
        if finding.fix is not None and (unsafe or finding.fix.safe) and name not in failed
    ]
    apart = _apart(wanted)
    for group in ([apart] if len(apart) > 1 else []) + [[each] for each in wanted]:
        files = _edited(now, seen.roots, [finding.fix for finding, _ in group if finding.fix is not None])
        after = look(files) if files is not None else None
        if files is not None and after is not None and _heals([name for _, name in group], seen, after):
            return files, after, [finding for finding, _ in group]
        if len(group) == 1:
            failed.add(group[0][1])
    return None


def _apart(wanted: Iterable[tuple[Finding, str]]) -> list[tuple[Finding, str]]:
    """Those that change different things."""
    taken: set[object] = set()
    kept = []
    for finding, name in wanted:
        keys = {_key(edit) for edit in (finding.fix.edits if finding.fix else ())}
        if not keys & taken:
            taken |= keys
            kept.append((finding, name))
    return kept


def _key(edit: Edit) -> object:
    return edit.at if isinstance(edit, Cut) else (id(edit.node), edit.key)


def _heals(names: Sequence[str], before: Seen, after: Seen) -> bool:
    """Whether these findings are gone, and no rule has more to say; what it says once for many may move on."""
    counts = Counter(finding.rule for finding in before.findings)
    more = Counter(finding.rule for finding in after.findings) - counts
    return not more and not set(after.identities) & set(names)


def _edited(now: Files, roots: Sequence[Map], fixes: Sequence[Fix]) -> Files | None:
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            edits.setdefault(edit.at.file if isinstance(edit, Cut) else edit.node.file, []).append(edit)
    done = dict(now)
    for root in roots:
        if root.file in edits:
            text = apply_edits(root, now[root.file], edits[root.file])
            if text is None:
                return None
            done[root.file] = text
    return done
