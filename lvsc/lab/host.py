"""The lab in the running kernel: in namespaces of its own, never the initial ones."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lvsc.lab import boot_process
from lvsc.lab.boot_guest import (
    EXIT_FILE,
    environment,
    how_it_ran,
    interpreter_folders,
    load_modules,
)
from lvsc.lab.boot_program import MISSING_MODULES, OnOutput, Program, Ran

NAME = "host"

_TOOLS = {"unshare": "util-linux", "modprobe": "kmod", "ip": "iproute2"}
_CAPABILITIES = {"CAP_NET_ADMIN": 12, "CAP_SYS_ADMIN": 21}

# `mount -n` on /run, else mount itself leaves a /run/mount behind.
# Everything below dies with the process namespace, daemons too; the mounts, /run/netns
# among them, go with the mount namespace, and a network namespace with its last user.
_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

_SCRIPT = """\
{before}mount -n -t tmpfs tmpfs /run
{after}mount -t sysfs sysfs /sys
ip link set lo up
{command}
echo "$?" >{exit_file}
"""


def missing() -> str | None:
    """Say what is missing here and how to get it; None when nothing is."""
    for tool, package in _TOOLS.items():
        if shutil.which(tool, path=environment()["PATH"]) is None:
            return f"{tool} is not installed: apt-get install {package}"
    held = int(_effective_capabilities(), 16)
    for name, bit in _CAPABILITIES.items():
        if not held >> bit & 1:
            return f"{name} is needed to make network namespaces: run it with sudo"
    if not _has_ipvs():
        release = os.uname().release
        return f"kernel {release} has no ip_vs: apt-get install linux-modules-extra-{release}"
    return None


def run(program: Program, on_output: OnOutput | None = None) -> Ran:
    """Load the modules, run the program in new namespaces, end all that it started."""
    (program.folder / MISSING_MODULES).unlink(missing_ok=True)
    subprocess.run(
        ["sh", "-c", load_modules(program)],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    with tempfile.TemporaryDirectory(prefix="lvsc-host-") as name:
        exit_file = Path(name, EXIT_FILE)
        ended = boot_process.run(
            [*_UNSHARE, "sh", "-c", _script(program, exit_file)],
            _environment(),
            program.time_limit,
            on_output,
        )
        return how_it_ran(ended, exit_file)


def _script(program: Program, exit_file: Path) -> str:
    """What runs as process 1 of the namespaces; it stays, so that the dead are reaped."""
    folders = (*interpreter_folders(), program.script.parent, exit_file.parent, program.folder)
    kept = sorted({path.resolve() for path in folders if _covered(path)})
    return _SCRIPT.format(
        before="".join(f"exec {3 + n}<{shlex.quote(str(path))}\n" for n, path in enumerate(kept)),
        after="".join(_mount_again(3 + n, path) for n, path in enumerate(kept)),
        command=shlex.join([sys.executable, "-I", "-u", str(program.script), str(program.folder)]),
        exit_file=shlex.quote(str(exit_file)),
    )


def _mount_again(descriptor: int, path: Path) -> str:
    """Mount a folder that was opened before /run was covered, at the same place."""
    place = shlex.quote(str(path))
    return f"mkdir -p {place}\nmount -c --bind /proc/self/fd/{descriptor} {place}\nexec {descriptor}<&-\n"


def _covered(path: Path) -> bool:
    return path.resolve().is_relative_to("/run")


def _environment() -> Mapping[str, str]:
    return {**os.environ, **environment(), "LANG": "C.UTF-8"}


def _effective_capabilities() -> str:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return line.split()[1]
    return "0"


def _has_ipvs() -> bool:
    """Whether ip_vs is loaded, built in or can be loaded."""
    if Path("/proc/net/ip_vs").exists():
        return True
    tried = subprocess.run(["modprobe", "-n", "-q", "ip_vs"], env=_environment(), capture_output=True, check=False)
    return tried.returncode == 0
