"""Programs that own an IPVS table, by /proc: keepalived, and those lvsc must not cross."""

from __future__ import annotations

import contextlib
import getopt
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lvsc.finding import LvscError
from lvsc.kernel import tool

_PROC = Path("/proc")
_DEFAULT = Path("/etc/keepalived/keepalived.conf")
_SYSTEMD = Path("/run/systemd/system")
# keepalived(8), of 2.2: those with a value have a colon.
_SHORT = "f:PCBlDS:Gu:XVIRndp:r:Tc:ab:xA:s:mMei:tvh"


class Daemon(NamedTuple):
    """A running keepalived: its first process, the file it reads, and the unit of systemd that runs it, or empty."""

    pid: int
    config: Path
    unit: str = ""


def keepalived() -> Daemon | None:
    """The keepalived of this network namespace."""
    pids = list(_named("keepalived"))
    for pid in pids:
        if _parent(pid) not in pids:
            return Daemon(pid, _config(pid), _unit(pid))
    return None


def others() -> list[str]:
    """Other programs here that write the IPVS table, in words."""
    found = [f"ldirectord (process {pid})" for pid in _named("ldirectord")]
    if "kube-ipvs0:" in (_PROC / "thread-self/net/dev").read_text(encoding="ascii", errors="replace"):
        found += [f"kube-proxy (process {pid})" for pid in _named("kube-proxy")] or ["kube-proxy (device kube-ipvs0)"]
    return found


def _named(name: str) -> Iterator[int]:
    """Processes of this network namespace that run a program of this name, or a script of it."""
    here = os.stat("/proc/thread-self/ns/net").st_ino
    for folder in sorted(_PROC.glob("[0-9]*"), key=lambda path: int(path.name)):
        with contextlib.suppress(OSError):
            if (folder / "ns/net").stat().st_ino == here and name in _names(folder):
                yield int(folder.name)


def _names(folder: Path) -> Iterator[str]:
    """What the kernel calls the process, and the names of its program and of the script that it runs."""
    yield (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
    for word in _arguments(folder)[:2]:
        yield os.path.basename(word)


def _arguments(folder: Path) -> list[str]:
    line = (folder / "cmdline").read_bytes().rstrip(b"\0")
    return [os.fsdecode(word) for word in line.split(b"\0")] if line else []


def _parent(pid: int) -> int:
    """The process that started it (proc(5): stat; the name before may hold spaces and parentheses)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        return int(text.rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _config(pid: int) -> Path:
    """The file it reads, from its command line; relative to where it stands."""
    folder = _PROC / str(pid)
    try:
        path = config_of(_arguments(folder)[1:])
        return path if path.is_absolute() else Path(os.readlink(folder / "cwd")) / path
    except OSError:
        return _DEFAULT


def config_of(arguments: list[str]) -> Path:
    """The file that a command line of keepalived names, else the default one."""
    given: list[str] = []
    for at, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--use-file":
            given += [value] if value else arguments[at + 1 : at + 2]
    if not given:
        with contextlib.suppress(getopt.GetoptError):
            short = [word for word in arguments if not word.startswith("--")]
            given = [value for name, value in getopt.gnu_getopt(short, _SHORT)[0] if name == "-f"]
    return Path(given[-1]) if given else _DEFAULT


def _unit(pid: int) -> str:
    """The service of systemd that a process belongs to, where this host runs systemd (cgroups(7))."""
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / "cgroup").read_text(encoding="utf-8", errors="replace").splitlines():
            name = line.rpartition("/")[2]
            if name.endswith(".service") and _has_systemd():
                return name
    return ""


def _has_systemd() -> bool:
    """Whether systemd runs this very network namespace: its keepalived is ours."""
    try:
        return _SYSTEMD.is_dir() and os.stat("/proc/1/ns/net").st_ino == os.stat("/proc/thread-self/ns/net").st_ino
    except OSError:
        return False


def check(candidate: Path) -> str | None:
    """What keepalived finds wrong with a file, or None; asked here, because it looks at the devices.

    It ends with 0 for a file that is empty, and says things without failing: neither passes.
    """
    try:
        if not candidate.read_bytes().strip():
            return f"{candidate} is empty: keepalived would remove every VIP and service"
    except OSError as error:
        return f"cannot read {candidate}: {error.strerror}"
    done = tool.run(["keepalived", "-t", "-f", str(candidate)])
    said = (done.err + done.out).strip()
    if done.code == 0 and not said:
        return None
    return said or f"keepalived refused {candidate} (exit code {done.code})"


def reload(daemon: Daemon) -> None:
    """Have it read its file again; it does so after this returns. Raises LvscError when it cannot be told."""
    if daemon.unit:
        _systemctl("reload", daemon.unit)
        return
    try:
        os.kill(daemon.pid, signal.SIGHUP)
    except ProcessLookupError as error:
        raise LvscError("keepalived ended while it was to be reloaded", "look at its log, and start it") from error
    except PermissionError as error:
        raise LvscError(f"may not signal keepalived (process {daemon.pid})", "run as root") from error


def start(path: Path) -> None:
    """Start it by systemd. Raises LvscError where there is none."""
    if not _has_systemd():
        raise LvscError("keepalived does not run here", f"start keepalived: keepalived -f {path}")
    _systemctl("start", "keepalived.service")


def _systemctl(verb: str, unit: str) -> None:
    done = tool.run(["systemctl", verb, unit], seconds=60)
    if done.code:
        said = (done.err or done.out).strip().splitlines()
        why = said[0] if said else f"exit code {done.code}"
        raise LvscError(f"systemctl {verb} {unit} failed: {why}", f"look at: journalctl -u {unit}")
