"""The emitted tree on disk: written whole or not at all, and compared."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lvsc.emit import MANIFEST
from lvsc.finding import LvscError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def differences(directory: str, tree: Mapping[str, str]) -> list[str]:
    """What is missing, different or left over in a tree on disk."""
    root = Path(directory)
    found = _files(root)
    lines = [f"missing: {path}" for path in sorted(tree.keys() - found)]
    lines += [
        f"differs: {path}" for path in sorted(tree.keys() & found) if (root / path).read_bytes() != tree[path].encode()
    ]
    return lines + [f"left over: {path}" for path in sorted(found - tree.keys())]


def _files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() or path.is_symlink()}


def write_tree(directory: str, tree: Mapping[str, str]) -> None:
    """Put the tree in the place of a former one, in one rename.

    A folder that lvsc did not write, or in which somebody put files of their
    own, is refused, so that nothing of theirs is lost.
    """
    root = Path(directory)
    try:
        _refuse_foreign(root)
        root.absolute().parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{root.name}.lvsc-", dir=root.absolute().parent))
        try:
            _fill(new, tree)
            _swap(new, root)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise LvscError(f"cannot write {directory}: {error.strerror}", "the former tree is unchanged") from error


def _refuse_foreign(root: Path) -> None:
    if not root.exists() and not root.is_symlink():
        return
    if root.is_symlink() or not root.is_dir():
        raise LvscError(f"{root} is not a folder", "choose another with --directory")
    found = _files(root)
    foreign = sorted(found - _written(root))
    if foreign:
        shown = ", ".join(foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
        raise LvscError(
            f"{root} holds files that lvsc did not write: {shown}", "move them away, or choose another --directory"
        )


def _written(root: Path) -> set[str]:
    """The files that the manifest of a former run names."""
    try:
        return {MANIFEST, *json.loads((root / MANIFEST).read_text(encoding="utf-8"))["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _fill(root: Path, tree: Mapping[str, str]) -> None:
    root.chmod(0o755)
    folders = {root}
    for path, text in tree.items():
        target = root / path
        if target.parent not in folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            folders.update(parent for parent in target.parents if parent.is_relative_to(root))
        with open(target, "xb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    for folder in folders:
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(new: Path, root: Path) -> None:
    """One rename; where a former tree is there, an exchange (renameat2(2)), after which `new` is the former one."""
    if not root.exists():
        os.rename(new, root)
    elif ctypes.CDLL(None, use_errno=True).renameat2(
        _AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(root), _RENAME_EXCHANGE
    ):
        aside = Path(f"{new}.former")
        os.rename(root, aside)
        os.rename(new, root)
        shutil.rmtree(aside, ignore_errors=True)
    _sync(root.absolute().parent)
