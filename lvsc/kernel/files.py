"""Files of a host, replaced whole and durably: a power cut leaves the former or the new bytes, never a mixture.

Each is written beside its place, synced, renamed, and its folder synced; without the first sync ext4 may keep a
name with no bytes behind it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from lvsc.finding import LvscError
from lvsc.plan.thing import File, FileValue

# No .conf at its end: keepalived and sysctl.d read what ends so.
_BESIDE = ".lvsc-new"
Point = Callable[[str], None]


def nothing(_: str) -> None:
    """The point that does nothing."""


class Files:
    """The files below a root folder, and the blobs that hold their former and new bytes.

    `point` is called before and after everything that changes a disk: tests end the process or fill the disk there.
    """

    def __init__(self, root: Path, blobs: Path, point: Point = nothing) -> None:
        self._root = root
        self._blobs = blobs
        self._point = point

    def read(self, key: File) -> FileValue | None:
        """What is there now; None where nothing is. Raises LvscError for what is neither file nor link."""
        path = self._root / key.path
        try:
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode):
                return FileValue(link=os.readlink(path))
            if not stat.S_ISREG(found.st_mode):
                raise LvscError(f"{path} is no file", "move it away")
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LvscError(f"cannot read {path}: {error.strerror}") from error
        return FileValue(hashlib.sha256(data).hexdigest(), stat.S_IMODE(found.st_mode))

    def keep(self, key: File) -> None:
        """Keep the bytes that are there now as a blob, so that they can come back."""
        value = self.read(key)
        if value is not None and value.digest:
            self.store((self._root / key.path).read_bytes())

    def store(self, data: bytes) -> str:
        """Keep bytes as a blob; returns their digest."""
        name = hashlib.sha256(data).hexdigest()
        if not (self._blobs / name).exists():
            self._blobs.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.replace(self._blobs / name, data, 0o600)
        return name

    def put(self, key: File, value: FileValue | None) -> None:
        """Make it what `value` says: these bytes, this link, or nothing."""
        path = self._root / key.path
        try:
            if value is None:
                self.remove(path)
            elif value.link:
                self._link(path, value.link)
            else:
                self.replace(path, (self._blobs / value.digest).read_bytes(), value.mode)
        except OSError as error:
            raise LvscError(f"cannot write {path}: {error.strerror}") from error

    def clean(self, key: File) -> None:
        """Remove what a killed process left beside a file."""
        self.remove(_beside(self._root / key.path))

    def sweep(self, folder: Path) -> None:
        """Remove what killed processes left half written below a folder."""
        for path in folder.rglob(f".*{_BESIDE}"):
            self.remove(path)

    def replace(self, path: Path, data: bytes, mode: int) -> None:
        """Write a file durably in the place of a former one. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = _beside(path)
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        try:
            self._fill(new, path, data, mode)
            self._point(f"rename {path.name}")
            os.rename(new, path)
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
        self._sync_folder(path)

    def _fill(self, new: Path, path: Path, data: bytes, mode: int) -> None:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            self._owner(path, file.fileno())
            self._point(f"sync {path.name}")
            os.fsync(file.fileno())

    def _owner(self, path: Path, descriptor: int) -> None:
        """A file keeps its owner; only root may give it."""
        with contextlib.suppress(FileNotFoundError, PermissionError):
            found = path.lstat()
            os.fchown(descriptor, found.st_uid, found.st_gid)

    def remove(self, path: Path) -> None:
        """Remove a file durably. Raises OSError."""
        self._point(f"remove {path.name}")
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
            self._sync_folder(path)

    def _link(self, path: Path, target: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = _beside(path)
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        os.symlink(target, new)
        self._point(f"rename {path.name}")
        os.rename(new, path)
        self._sync_folder(path)

    def _sync_folder(self, path: Path) -> None:
        self._point(f"sync folder of {path.name}")
        descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}{_BESIDE}")
