"""What changes in the files of each host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is `added`, `removed` or `changed`, with its unified difference."""

    host: str
    path: str
    kind: str
    lines: tuple[str, ...]


def file_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileChange]:
    """By host and path."""
    names = sorted(before.keys() | after.keys())
    return [_change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _change(name: str, before: str | None, after: str | None) -> FileChange:
    host, _, path = name.partition("/")
    kind = "added" if before is None else "removed" if after is None else "changed"
    old = f"a/{name}" if before is not None else "/dev/null"
    new = f"b/{name}" if after is not None else "/dev/null"
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), old, new, lineterm="")
    return FileChange(host, path, kind, tuple(lines))
