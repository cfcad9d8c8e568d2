"""What makes two findings the same one: the rule and the names of what it is about, never the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lvsc.finding.finding import Finding
from lvsc.source import KeyPath, Outline

_OBJECT = 2


def objects(finding: Finding, outline: Outline) -> tuple[str, ...]:
    """The objects of the topology that a finding is about, its own first: `real_servers.web1`."""
    paths = [outline.path(span) for span in (finding.at, *(note.span for note in finding.notes))]
    return tuple(dict.fromkeys(".".join(path[:_OBJECT]) for path in paths if path))


def identities(findings: Iterable[Finding], outline: Outline) -> list[str]:
    """A digest for each finding; of several about the very same thing the second has another than the first."""
    counted: Counter[str] = Counter()
    found = []
    for finding in findings:
        digest = _digest(finding, outline)
        counted[digest] += 1
        found.append(digest if counted[digest] == 1 else f"{digest}-{counted[digest]}")
    return found


def _digest(finding: Finding, outline: Outline) -> str:
    from hashlib import sha256

    own = _named(outline.path(finding.at)) or (finding.at.file,)
    parts = (finding.rule, *own, "", *sorted(objects(finding, outline)[1:]))
    return sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _named(path: KeyPath) -> KeyPath:
    """Without numbers in lists, which change when something is put before."""
    return tuple(part for part in path if not part.isdecimal())
