"""Writes an initramfs: a "newc" cpio archive (Documentation/driver-api/early-userspace)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


class Cpio:
    """An archive of files at the same paths as on the host; same input, same bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._written: set[str] = set()

    def add(self, path: Path) -> None:
        """Add a file, its folders, and what it is a link to; each once, and nothing special."""
        place = self.folder(path.parent) / path.name
        if str(place) in self._written:
            return
        if path.is_symlink():
            target = os.readlink(path)
            self._entry(place, stat.S_IFLNK | 0o777, target.encode())
            self.add(Path(os.path.normpath(path.parent.resolve() / target)))
        elif path.is_dir():
            self.folder(path)
        elif path.is_file():
            status = path.stat()
            self._entry(place, status.st_mode, path.read_bytes(), int(status.st_mtime))

    def add_tree(self, path: Path, skip: frozenset[str] = frozenset()) -> None:
        """Add a folder with all in it but what is named in `skip`."""
        self.folder(path)
        for parent, folders, files in os.walk(path):
            folders[:] = sorted(set(folders) - skip)
            for name in sorted(set(files) - skip):
                self.add(Path(parent, name))
            for name in folders:
                self.add(Path(parent, name))

    def folder(self, path: Path) -> Path:
        """Add a folder and those it lies in, links on the way included; say where it is."""
        if path == path.parent:
            return path
        place = self.folder(path.parent) / path.name
        if path.is_symlink():
            if str(place) not in self._written:
                self._entry(place, stat.S_IFLNK | 0o777, os.readlink(path).encode())
            return self.folder(path.resolve())
        if str(place) not in self._written:
            self._entry(place, stat.S_IFDIR | 0o755, b"")
        return place

    def write(self, path: Path, content: bytes, mode: int = 0o644) -> None:
        """Add a file that the host has not got."""
        self._entry(self.folder(path.parent) / path.name, stat.S_IFREG | mode, content)

    def device(self, path: Path, major: int, minor: int) -> None:
        """Add a character device."""
        place = self.folder(path.parent) / path.name
        self._entry(place, stat.S_IFCHR | 0o600, b"", device=(major, minor))

    def close(self) -> None:
        """Write the end mark."""
        self._entry(Path("/TRAILER!!!"), 0, b"")

    def _entry(
        self,
        path: Path,
        mode: int,
        content: bytes,
        mtime: int = 0,
        device: tuple[int, int] = (0, 0),
    ) -> None:
        self._written.add(str(path))
        name = os.fsencode(path)[1:] + b"\0"
        number, user, links, checksum = len(self._written), 0, 1, 0
        fields: tuple[int, ...] = (number, mode, user, user, links, mtime, len(content), 0, 0)
        fields += (*device, len(name), checksum)
        self._out.write(b"070701" + b"".join(b"%08X" % field for field in fields) + name)
        self._out.write(b"\0" * (-(110 + len(name)) % 4))
        self._out.write(content)
        self._out.write(b"\0" * (-len(content) % 4))
