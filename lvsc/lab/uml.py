"""The lab in user-mode Linux: any user, no /dev/kvm, the host's files read-only."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lvsc.lab import boot_process
from lvsc.lab.boot_guest import (
    EXIT_FILE,
    Guest,
    environment,
    first_script,
    how_it_ran,
    interpreter_folders,
)
from lvsc.lab.boot_program import MISSING_MODULES, OnOutput, Program, Ran

NAME = "uml"
MEMORY_MB = 768

_KERNEL = "linux.uml"
_MODULES = Path("/usr/lib/uml/modules")
_INSTALL = "apt-get install user-mode-linux kmod iproute2"

# The only places of the guest's root that a program may write to, besides its folder.
_WRITABLE = ("/run", "/tmp", "/var/tmp", "/var/log", "/var/lib")

# With the old registers a page fault zeroes what is wider than SSE, so the guest's
# libraries must not choose code that uses it.
_ONLY_SSE = (
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512VL,-AVX512F,-AVX512BW,-AVX512DQ,-AVX2,-AVX,"
    "-XSAVE,-XSAVEC,-FMA,-FMA4,-AVX_Fast_Unaligned_Load,-AVX2_Usable",
    "OPENSSL_ia32cap=~0x1000100000000000:0",
)


def missing() -> str | None:
    """Say what is missing here and how to get it; None when nothing is."""
    for tool in (_KERNEL, "modprobe", "ip"):
        if shutil.which(tool, path=environment()["PATH"]) is None:
            return f"{tool} is not installed: {_INSTALL}"
    if not (_MODULES / _release()).is_dir():
        return f"{_MODULES}/{_release()} is missing: {_INSTALL}"
    return None


def run(program: Program, on_output: OnOutput | None = None, memory_mb: int = MEMORY_MB) -> Ran:
    """Boot, run the program, halt."""
    (program.folder / MISSING_MODULES).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="lvsc-uml-") as name:
        boot = Path(name)
        old_registers = _needs_old_registers(_release(), Path("/proc/cpuinfo").read_text())
        ended = boot_process.run(
            _command(boot, _prepare(boot, program), memory_mb, old_registers),
            environment() | {"HOME": name, "TMPDIR": _memory_folder(boot, memory_mb)},
            program.time_limit,
            on_output,
            ("--old-registers",) if old_registers else (),
        )
        return how_it_ran(ended, boot / EXIT_FILE)


def _prepare(boot: Path, program: Program) -> Path:
    """Write the guest's first script and its mounts."""
    mounts = boot / "mounts"
    mounts.write_text(_mounts(boot, program))
    script = boot / "init"
    script.write_text(
        first_script(
            Guest(
                interpreter=Path(sys.executable),
                program=program,
                modules_tree=_MODULES,
                mounts=mounts,
                exit_file=boot / EXIT_FILE,
                until=math.ceil(time.time() + program.time_limit),
            )
        )
    )
    script.chmod(0o755)
    return script


def _command(boot: Path, script: Path, memory_mb: int, old_registers: bool) -> list[str]:
    return [
        _KERNEL,
        f"mem={memory_mb}M",
        f"uml_dir={boot}/",
        *("rootfstype=hostfs", "rootflags=/", "ro", f"init={script}"),
        *("con=null", "con0=null,fd:1", "quiet", "loglevel=3", "panic=-1"),
        *(_ONLY_SSE if old_registers else ()),
    ]


def _mounts(boot: Path, program: Program) -> str:
    """Tmpfs over what must be writable, then again what lies under it and is needed."""
    lines = ["sysfs /sys sysfs"]
    lines += [f"tmpfs {path} tmpfs" for path in _WRITABLE if Path(path).is_dir()]
    lines += ["devpts /dev/pts devpts X-mount.mkdir", "tmpfs /dev/shm tmpfs X-mount.mkdir"]
    needed = {path for path in interpreter_folders() if _covered(path)}
    if _covered(program.script.parent):
        needed.add(program.script.parent)
    lines += [_hostfs(path, "ro,") for path in sorted(needed)]
    lines += [_hostfs(path, "") for path in (boot, program.folder)]
    return "".join(f"{line}\n" for line in lines)


def _hostfs(path: Path, options: str) -> str:
    name = str(path).replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")
    return f"none {name} hostfs {options}X-mount.mkdir,{name}"


def _covered(path: Path) -> bool:
    return any(path.is_relative_to(writable) for writable in _WRITABLE)


def _release() -> str:
    """The kernel release that the installed linux.uml says it is."""
    said = subprocess.run([_KERNEL, "--version"], capture_output=True, text=True, env=environment(), check=False)
    return said.stdout.strip()


def _needs_old_registers(release: str, cpuinfo: str) -> bool:
    """Whether this UML has no room for this CPU's registers: see boot_leash."""
    major, minor = (int(part) for part in release.split(".")[:2])
    return (major, minor) < (6, 13) and " amx_tile" in cpuinfo


def _memory_folder(boot: Path, memory_mb: int) -> str:
    """Where the guest's memory is a file: in memory if it fits there and may be executed."""
    try:
        shm = os.statvfs("/dev/shm")
    except OSError:
        return str(boot)
    room = shm.f_bavail * shm.f_frsize >= memory_mb * 2**20
    allowed = not shm.f_flag & os.ST_NOEXEC and os.access("/dev/shm", os.W_OK)
    return "/dev/shm" if room and allowed else str(boot)
