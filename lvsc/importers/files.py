"""The files that a source may draw in by `include`; reading them is the caller's."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass

Find = Callable[[str], list[str]]
Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Files:
    """How files are found by pattern and read, None for what cannot be; `real` follows links.

    `anywhere`: files outside the folder of the one that includes them, too.
    """

    find: Find
    read: Read
    anywhere: bool = False
    real: Callable[[str], str] = str


NO_FILES = Files(lambda pattern: [], lambda name: None)


def within(name: str, folder: str) -> bool:
    """Whether a file lies below a folder, whatever `..` its name has."""
    home = posixpath.normpath(folder or ".")
    path = posixpath.normpath(name)
    if home == ".":
        return not path.startswith(("/", "../")) and path != ".."
    return (home == "/" and path.startswith("/")) or path.startswith(f"{home}/")
