"""The daemons of a network namespace that own its IPVS table, and keepalived's file, checked and read again."""

from __future__ import annotations

import contextlib
import getopt
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lvsc.finding import LvscError

_PROC = Path("/proc")
_SYSTEMD = Path("/run/systemd/system")
_OTHERS = ("ldirectord", "kube-proxy")
_SECONDS = 30
_CONFIG = Path("/etc/keepalived/keepalived.conf")
# keepalived(8), of 2.2: those with a value have a colon.
_SHORT = "f:PCBlDS:Gu:XVIRndp:r:Tc:ab:xA:s:mMei:tvh"


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running keepalived: its main process, whether systemd runs it, and the file that it reads."""

    pid: int
    systemd: bool
    config: Path = _CONFIG


def keepalived() -> Daemon | None:
    """The keepalived of this network namespace: the process that is no child of another keepalived."""
    found = {pid: _parent(pid) for pid in _named("keepalived")}
    for pid, parent in found.items():
        if parent not in found:
            return Daemon(pid, _of_systemd(pid), _config(pid))
    return None


def others() -> list[str]:
    """Other daemons here that own the table, by name."""
    return [name for name in _OTHERS if any(True for _ in _named(name))]


def _named(name: str) -> Iterator[int]:
    """Processes of this network namespace with this name, scripts by the name of their file."""
    own = os.stat(_PROC / "self/ns/net").st_ino
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                if name in _names(folder) and os.stat(folder / "ns/net").st_ino == own:
                    yield int(folder.name)
            except OSError:
                continue  # it has ended meanwhile


def _names(folder: Path) -> set[str]:
    words = (folder / "cmdline").read_bytes().split(b"\0")[:3]
    return {(folder / "comm").read_text().strip(), *(os.path.basename(word.decode(errors="replace")) for word in words)}


def _parent(pid: int) -> int:
    try:
        return int((_PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _of_systemd(pid: int) -> bool:
    try:
        return _SYSTEMD.is_dir() and "keepalived.service" in (_PROC / str(pid) / "cgroup").read_text()
    except OSError:
        return False


def _config(pid: int) -> Path:
    """The file that its command line names; relative to where it stands."""
    folder = _PROC / str(pid)
    try:
        words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        path = config_of([os.fsdecode(word) for word in words[1:]])
        return path if path.is_absolute() else Path(os.readlink(folder / "cwd")) / path
    except OSError:
        return _CONFIG


def config_of(arguments: list[str]) -> Path:
    """The file that a command line of keepalived names, else the default one."""
    given: list[str] = []
    for at, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--use-file":
            given += [value] if value else arguments[at + 1 : at + 2]
    if not given:
        short = [word for word in arguments if not word.startswith("--")]
        with contextlib.suppress(getopt.GetoptError):
            given = [value for name, value in getopt.gnu_getopt(short, _SHORT)[0] if name == "-f"]
    return Path(given[-1]) if given else _CONFIG


def check(candidate: Path) -> str | None:
    """What keepalived says against a file; None when it takes it. Of itself it takes one that is empty or missing."""
    if not candidate.exists() or not candidate.stat().st_size:
        return "the file is empty"
    try:
        done = subprocess.run(
            ["keepalived", "-t", "-f", str(candidate)], capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError as error:
        raise LvscError("keepalived is not installed, and this director needs it", "install keepalived") from error
    except subprocess.TimeoutExpired:
        return f"it does not end its test within {_SECONDS} s"
    said = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode == 0 and not said:
        return None
    return said[0].replace(str(candidate), "keepalived.conf") if said else f"exit code {done.returncode}"


def reload(daemon: Daemon) -> None:
    """Have it read its file again."""
    if daemon.systemd:
        _systemctl("reload")
    else:
        os.kill(daemon.pid, signal.SIGHUP)


def stop(daemon: Daemon, seconds: float) -> None:
    """Have it end. Raises LvscError when it does not within so long."""
    if daemon.systemd:
        _systemctl("stop")
        return
    os.kill(daemon.pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while keepalived() is not None:
        if time.monotonic() > until:
            raise LvscError("keepalived does not end", f"look at its log, then kill process {daemon.pid}")
        time.sleep(0.05)


def start() -> bool:
    """Start it where systemd runs; False where it does not: then somebody else must."""
    if not _SYSTEMD.is_dir():
        return False
    _systemctl("start")
    return True


def _systemctl(verb: str) -> None:
    done = subprocess.run(
        ["systemctl", verb, "keepalived.service"], capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    if done.returncode:
        raise LvscError(f"systemctl {verb} keepalived failed: {done.stderr.strip()}", "journalctl -u keepalived")
