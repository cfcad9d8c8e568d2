"""The lab in QEMU: two CPUs, preemption and nftables, with Debian's cloud kernel.

That kernel has no 9p, and virtiofs needs a root daemon, so all the guest needs is
packed into its initramfs (90 MB; 0.4 s to pack, 0.7 s to unpack), and what the program
wrote comes back as a tar stream on the second serial port, whose driver is built in.
"""

from __future__ import annotations

import contextlib
import math
import os
import shlex
import shutil
import subprocess
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lvsc.finding import LvscError
from lvsc.lab import boot_process
from lvsc.lab.boot_cpio import Cpio
from lvsc.lab.boot_guest import EXIT_FILE, Guest, environment, first_script, how_it_ran
from lvsc.lab.boot_pack import NEEDED, interpreter, pack
from lvsc.lab.boot_program import MISSING_MODULES, LabUnavailable, OnOutput, Program, Ran

NAME = "qemu"
MEMORY_MB = 768

_QEMU = "qemu-system-x86_64"
_INSTALL = "apt-get install qemu-system-x86 kmod iproute2 ipvsadm nftables procps"
_DOWNLOAD = "apt-get download $(apt-cache depends --important linux-image-cloud-amd64 | sed -n 's/.*Depends: //p')"

_MOUNTS = """\
sysfs /sys sysfs
devtmpfs /dev devtmpfs
devpts /dev/pts devpts X-mount.mkdir
tmpfs /dev/shm tmpfs X-mount.mkdir
"""

# stty sets a port only when what was written to it before is out.
_SEND = (
    "stty -F /dev/ttyS1 raw -echo",
    "tar -b 1 -cf /dev/ttyS1 -C / {exit_file} -C {folder} .",
    "stty -F /dev/ttyS1 raw",
    "stty -F /dev/console sane",
)
_EXIT = Path("/lvsc", EXIT_FILE)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel image and the folder of its modules."""

    image: Path
    modules: Path


def missing() -> str | None:
    """Say what is missing here and how to get it; None when nothing is."""
    for tool in (_QEMU, *NEEDED):
        if shutil.which(tool, path=environment()["PATH"]) is None:
            return f"{tool} is not installed: {_INSTALL}"
    if find_kernel(kernel_roots()) is None:
        return _no_kernel()
    return None


def run(program: Program, on_output: OnOutput | None = None, memory_mb: int = MEMORY_MB) -> Ran:
    """Boot, run the program, fetch what it wrote, power off."""
    kernel = find_kernel(kernel_roots())
    if kernel is None:
        raise LabUnavailable(_no_kernel())
    (program.folder / MISSING_MODULES).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="lvsc-qemu-") as name:
        boot = Path(name)
        _index_modules(kernel)
        _write_initramfs(boot / "initramfs", program, kernel)
        ended = boot_process.run(
            _command(boot, kernel, memory_mb),
            environment() | {"HOME": name, "TMPDIR": name},
            program.time_limit,
            on_output,
        )
        _fetch(boot, program.folder)
        return how_it_ran(ended, boot / EXIT_FILE)


def find_kernel(roots: tuple[Path, ...]) -> Kernel | None:
    """The first kernel whose modules lie beside it; cloud kernels first, new ones first."""
    for root in roots:
        images = sorted(root.glob("boot/vmlinuz-*-amd64"), key=_preference, reverse=True)
        for image in images:
            modules = root / "lib/modules" / image.name.removeprefix("vmlinuz-")
            if (modules / "kernel").is_dir() and os.access(image, os.R_OK):
                return Kernel(image, modules)
    return None


def _preference(image: Path) -> tuple[bool, list[int]]:
    release = image.name.removeprefix("vmlinuz-")
    numbers = release.replace("-", ".").split(".")
    return "-cloud-" in release, [int(number) for number in numbers if number.isdigit()]


def kernel_roots() -> tuple[Path, ...]:
    """Where kernels are looked for; one named by the user stands for all."""
    named = os.environ.get("LVSC_LAB_KERNEL")
    if named:
        return (Path(named),)
    return (Path("/"), _cache())


def _cache() -> Path:
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches, "lvsc", "kernel")


def _no_kernel() -> str:
    named = os.environ.get("LVSC_LAB_KERNEL")
    if named:
        return f"LVSC_LAB_KERNEL is {named}, which has no boot/vmlinuz-*-amd64 with its modules"
    return (
        f"no boot/vmlinuz-*-amd64 with its modules in / or {_cache()}: {_DOWNLOAD} && "
        f"dpkg-deb -x linux-image-*.deb {_cache()} (scripts/fetch-lab-kernel does both)"
    )


def _index_modules(kernel: Kernel) -> None:
    """Write modules.dep and its like, which a package that was only unpacked has not got."""
    if (kernel.modules / "modules.dep").exists():
        return
    root = kernel.modules.parents[2]
    said = subprocess.run(
        ["depmod", "-b", str(root), kernel.modules.name],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    if said.returncode:
        raise LabUnavailable(f"depmod -b {root} {kernel.modules.name}: {said.stderr.strip()}")


def _write_initramfs(path: Path, program: Program, kernel: Kernel) -> None:
    guest = Guest(
        interpreter=interpreter(),
        program=program,
        modules_tree=kernel.modules.parent,
        mounts=Path("/lvsc/mounts"),
        exit_file=_EXIT,
        until=math.floor(time.time() + program.time_limit - _to_send(program.time_limit)),
        last=tuple(line.format(exit_file=str(_EXIT)[1:], folder=shlex.quote(str(program.folder))) for line in _SEND),
    )
    with path.open("wb") as out:
        cpio = Cpio(out)
        pack(cpio, program, kernel.modules)
        cpio.write(guest.mounts, _MOUNTS.encode())
        cpio.write(Path("/init"), first_script(guest).encode(), 0o755)
        cpio.close()


def _to_send(limit: float) -> float:
    """Seconds before the time limit at which the guest ends the program itself, to send what it wrote."""
    return min(max(3.0, limit / 10), 10.0)


def _command(boot: Path, kernel: Kernel, memory_mb: int) -> list[str]:
    return [
        *(_QEMU, "-nodefaults", "-no-user-config", "-no-reboot"),
        *("-machine", "pc", *_accelerator(), "-smp", "2", "-m", str(memory_mb)),
        *("-display", "none", "-monitor", "none", "-nic", "none"),
        *("-serial", "stdio", "-serial", f"file:{boot}/sent"),
        *("-kernel", str(kernel.image), "-initrd", f"{boot}/initramfs"),
        *("-append", "console=ttyS0 quiet loglevel=3 panic=-1 reboot=t"),
    ]


def _accelerator() -> list[str]:
    """KVM only on a CPU that says it can: where it is nested or emulated, guests may hang."""
    flags = Path("/proc/cpuinfo").read_text()
    if (" vmx" in flags or " svm" in flags) and os.access("/dev/kvm", os.R_OK | os.W_OK):
        return ["-accel", "kvm", "-accel", "tcg", "-cpu", "max"]
    return ["-accel", "tcg,thread=multi"]


def _fetch(boot: Path, folder: Path) -> None:
    """Unpack what the guest sent: the exit file, then the job folder."""
    with (
        contextlib.suppress(FileNotFoundError, tarfile.ReadError),
        tarfile.open(boot / "sent") as sent,
    ):
        for member in sent:
            content = sent.extractfile(member)
            if content is not None:
                _put(_destination(member.name, boot, folder), content.read())


def _destination(name: str, boot: Path, folder: Path) -> Path:
    if name == str(_EXIT)[1:]:
        return boot / EXIT_FILE
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise LvscError(f"the guest sent {name}, which lies outside {folder}")
    return path


def _put(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
