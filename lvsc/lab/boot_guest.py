"""The first script of a guest: what UML and QEMU do alike once their kernel runs."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from lvsc.lab.boot_process import Ended
from lvsc.lab.boot_program import MISSING_MODULES, Program, Ran

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EXIT_FILE = "exit"

# What `timeout -s KILL` exits with, and so what any end by SIGKILL looks like.
_KILLED = 137


@dataclass(frozen=True, slots=True)
class Guest:
    """What one boot's first script needs to know.

    modules_tree   the folder that holds the modules of the running kernel's release
    mounts         a file like fstab, mounted in its order
    until          the time, in seconds since the epoch, at which the guest kills the program itself
    last           commands run after the program, before the power goes off
    """

    interpreter: Path
    program: Program
    modules_tree: Path
    mounts: Path
    exit_file: Path
    until: int
    last: tuple[str, ...] = ()


_SCRIPT = """\
#!/bin/sh
export PATH={path} HOME=/root LANG=C.UTF-8
unset mem uml_dir
mount -t proc proc /proc
mount -a -T {mounts}
echo lab >/proc/sys/kernel/hostname
echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net

# modprobe by name, by the kernel and by ipvsadm all find the modules, though
# /lib/modules may not exist and cannot be made.
mkdir -p /run/lvsc/lib/modules
read -r _ _ release _ </proc/version
ln -s {tree}/"$release" /run/lvsc/lib/modules/
export MODPROBE_OPTIONS='-d /run/lvsc'
printf '#!/bin/sh\\nMODPROBE_OPTIONS="%s" GLIBC_TUNABLES="%s" exec /sbin/modprobe "$@"\\n' \\
    "$MODPROBE_OPTIONS" "$GLIBC_TUNABLES" >/run/lvsc/modprobe
chmod 755 /run/lvsc/modprobe
echo /run/lvsc/modprobe >/proc/sys/kernel/modprobe

{modules}ip link set lo up
echo 5 >/proc/sys/kernel/printk
left=$(({until} - $(date +%s)))
timeout -s KILL "$((left > 1 ? left : 1))" {command} </dev/null
echo "$?" >{exit_file}
{last}
sync
echo o >/proc/sysrq-trigger
sleep 60
"""


def first_script(guest: Guest) -> str:
    """The shell script that a guest's kernel runs as init."""
    program = guest.program
    return _SCRIPT.format(
        path=PATH,
        mounts=shlex.quote(str(guest.mounts)),
        tree=shlex.quote(str(guest.modules_tree)),
        modules=load_modules(program),
        until=guest.until,
        command=shlex.join([str(guest.interpreter), "-I", "-u", str(program.script), str(program.folder)]),
        exit_file=shlex.quote(str(guest.exit_file)),
        last="\n".join(guest.last),
    )


def load_modules(program: Program) -> str:
    """One modprobe for all; only when it fails, one for each, to learn which are missing."""
    if not program.modules:
        return ""
    names = shlex.join(program.modules)
    missing = shlex.quote(str(program.folder / MISSING_MODULES))
    return (
        f"modprobe -a -q {names} || for name in {names}; do\n"
        f'    modprobe -q "$name" || echo "$name" >>{missing}\ndone\n'
    )


def how_it_ran(ended: Ended, exit_file: Path) -> Ran:
    """Tell from the exit file how the program ended; a dead kernel has left none."""
    code = int(exit_file.read_text()) if exit_file.exists() else None
    finished = code is not None and code != _KILLED
    return Ran(finished, code if finished else None, ended.log, ended.seconds)


def interpreter_folders() -> tuple[Path, ...]:
    """Where this Python lies: its program, its standard library, and lvsc itself."""
    executable = Path(sys.executable)
    package = Path(__file__).parents[2]
    return (
        executable.parent,
        executable.resolve().parent,
        Path(sys.prefix),
        Path(sys.base_prefix),
        package,
    )


def environment() -> dict[str, str]:
    """What the boot itself sees of the caller's environment."""
    return {"PATH": f"{os.environ.get('PATH', '')}:{PATH}"}
