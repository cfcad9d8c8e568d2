"""The files of a version: a git ref, a file, a folder, or what is here now."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from lvsc.cli.files import ENDINGS, discovered, read_files
from lvsc.finding import LvscError
from lvsc.source import MAX_BYTES

Files = list[tuple[str, bytes]]
_REGULAR = ("100644", "100755")


def version(name: str | None, paths: Sequence[str]) -> Files:
    """The files of a version; none where it has none of these. Without a name what is here now.

    Raises LvscError for a name that is neither a file, a folder nor a ref.
    """
    if name is None:
        return read_files([path for path in paths if os.path.exists(path)]) if paths or discovered(os.listdir()) else []
    if os.path.exists(name):
        return read_files([name])
    return _of_ref(name, paths)


def _of_ref(ref: str, paths: Sequence[str]) -> Files:
    commit = _commit(ref)
    prefix = _git("rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
    names = [*_listed(commit, prefix, paths)] if paths else [*_found(commit, prefix)]
    return [(name, _blob(commit, prefix, name)) for name in dict.fromkeys(names)]


def _commit(ref: str) -> str:
    if ref.startswith("-") or not ref.isprintable() or not ref:
        raise LvscError(f"{ref!r} is no name of a version", "name a git ref, a file or a folder")
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").decode().strip()
    except LvscError as error:
        remedy = "name a git ref, a file or a folder; in a shallow clone the ref may have to be fetched first"
        raise LvscError(f"{ref} is no file, no folder, and no git ref here", remedy) from error


def _found(commit: str, prefix: str) -> Iterable[str]:
    """What lvsc would find in this folder."""
    return discovered(name for name, mode in _entries(commit, prefix) if mode in _REGULAR)


def _listed(commit: str, prefix: str, paths: Sequence[str]) -> Iterable[str]:
    """The files that the paths name, of folders those right in it."""
    for path in paths:
        whole = _inside(prefix, path)
        kinds = dict(_entries(commit, whole, itself=True))
        if kinds.get(PurePosixPath(whole).name, "") in _REGULAR:
            yield path
            continue
        for name, mode in sorted(_entries(commit, f"{whole}/" if whole else "")):
            if mode in _REGULAR and name.endswith(ENDINGS):
                yield f"{path.rstrip('/')}/{name}"


def _inside(prefix: str, path: str) -> str:
    """A path from here as one from the top of the repository."""
    whole = os.path.normpath(os.path.join(prefix, path))
    if os.path.isabs(path) or whole == ".." or whole.startswith("../"):
        raise LvscError(f"{path} lies outside the repository", "name files of the repository, as seen from here")
    return "" if whole == "." else whole


def _entries(commit: str, folder: str, itself: bool = False) -> list[tuple[str, str]]:
    """Name and mode of what lies right in a folder of a commit; or of a path itself."""
    where = [folder] if folder else []
    found = _git("ls-tree", "-z", "--full-tree", commit, "--", *where).split(b"\0")
    rows = [row.decode("utf-8", "surrogateescape").partition("\t") for row in found if row]
    return [(PurePosixPath(path).name, head.split(" ")[0]) for head, _, path in rows]


def _blob(commit: str, prefix: str, name: str) -> bytes:
    spec = f"{commit}:{_inside(prefix, name)}"
    if int(_git("cat-file", "-s", spec)) > MAX_BYTES:
        raise LvscError(f"{name} is larger than {MAX_BYTES} bytes", "split it into several files")
    return _git("cat-file", "blob", spec)


def _git(*arguments: str) -> bytes:
    """What git prints; its own words where it fails."""
    # A pull request chooses the words of paths, not of options; `:(magic)` in a path is taken literally.
    command = ["git", "--no-pager", "--literal-pathspecs", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    except FileNotFoundError as error:
        raise LvscError("git is not installed", "install it, or name files and folders instead of refs") from error
    except subprocess.TimeoutExpired as error:
        raise LvscError("git does not answer") from error
    if done.returncode:
        raise LvscError(f"git: {done.stderr.decode('utf-8', 'replace').strip() or 'it failed'}")
    return done.stdout
