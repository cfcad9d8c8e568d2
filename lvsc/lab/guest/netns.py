"""Network namespaces by name, below /run/netns as `ip netns` keeps them."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_MNT_DETACH = 2
_FOLDER = "/run/netns"


def _must(result: int, what: str) -> None:
    if result:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def path(name: str) -> str:
    """The file that stands for the namespace."""
    return f"{_FOLDER}/{name}"


def make(name: str) -> None:
    """A new, empty namespace of this name; the caller stays where it is."""
    os.makedirs(_FOLDER, exist_ok=True)
    place = path(name)
    os.close(os.open(place, os.O_CREAT | os.O_EXCL, 0o444))
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _must(_LIBC.unshare(_CLONE_NEWNET), "unshare")
        _must(_LIBC.mount(b"/proc/thread-self/ns/net", place.encode(), None, _MS_BIND, None), "mount")
    finally:
        _must(_LIBC.setns(home, _CLONE_NEWNET), "setns")
        os.close(home)


def apart(*folders: str) -> None:
    """From here on, names and what lies in these folders are this process's own."""
    _must(_LIBC.unshare(_CLONE_NEWNS), "unshare")
    _must(_LIBC.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount")
    for folder in (_FOLDER, *folders):
        os.makedirs(folder, exist_ok=True)
        _must(_LIBC.mount(b"none", folder.encode(), b"tmpfs", 0, None), "mount")


def remove(name: str) -> None:
    """Forget the namespace; the kernel frees it with its last socket."""
    _LIBC.umount2(path(name).encode(), _MNT_DETACH)
    os.unlink(path(name))


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Sockets made here, and /proc/sys/net and /proc/thread-self/net read here, are the namespace's."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    target = os.open(path(name), os.O_RDONLY)
    try:
        _must(_LIBC.setns(target, _CLONE_NEWNET), "setns")
        yield
    finally:
        _must(_LIBC.setns(home, _CLONE_NEWNET), "setns")
        os.close(home)
        os.close(target)


def run(name: str, command: list[str], text: str | None = None, limit: float = 20) -> tuple[int, str]:
    """Run a tool in the namespace; its exit code, and what it printed."""
    with inside(name):
        try:
            done = subprocess.run(
                command,
                input=text,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 124, f"{command[0]} did not end within {limit:.0f} s"
        except OSError as error:
            return 127, f"{command[0]}: {error.strerror}"
    return done.returncode, done.stdout


def start(name: str, command: list[str], log: str) -> subprocess.Popen[bytes]:
    """Start a daemon in the namespace; it writes to the log file."""
    with inside(name), open(log, "wb") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
