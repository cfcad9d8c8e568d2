"""Packs what a guest without the host's files needs: Python, tools, modules, the job."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from lvsc.lab.boot_cpio import Cpio
from lvsc.lab.boot_guest import environment
from lvsc.lab.boot_program import Program

NEEDED = (
    "sh", "mount", "mkdir", "ln", "chmod", "timeout", "sync", "sleep", "stty", "tar",
    "modprobe", "ip", "ipvsadm", "nft", "sysctl",
)  # fmt: skip
_WELCOME = (
    "bash", "cat", "cp", "date", "dmesg", "echo", "env", "false", "grep", "head", "id", "kill",
    "ls", "lsmod", "mv", "ps", "rm", "rmmod", "sed", "tail", "test", "touch", "true", "umount",
    "uname", "wc", "nsenter", "unshare", "arping", "bridge", "conntrack", "ethtool",
    "ip6tables-legacy-restore", "iptables-legacy-restore", "ipvsadm-restore", "keepalived", "ping", "ss", "tc",
)  # fmt: skip

_FILES = ("/etc/ld.so.cache", "/etc/protocols", "/etc/services", "/etc/passwd", "/etc/group")
_TREES = ("/etc/iproute2", "/usr/lib/x86_64-linux-gnu/xtables")

_NOT_OF_PYTHON = frozenset((
    "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "pydoc_data",
    "distutils", "site-packages", "dist-packages", "unittest",
))  # fmt: skip
_NETWORK = ("kernel/net/", "kernel/drivers/net/")
_NOT_OURS = frozenset((
    "ethernet", "hyperv", "wwan", "xen-netback", "vmxnet3", "wireguard", "can", "ceph", "rds",
    "rxrpc", "smc", "sunrpc", "tipc", "vmw_vsock",
))  # fmt: skip


def interpreter() -> Path:
    """The Python that the guest runs: the one a virtual environment was made from."""
    return Path(getattr(sys, "_base_executable", sys.executable))


def pack(cpio: Cpio, program: Program, kernel_modules: Path) -> None:
    """Add all but the first script."""
    # On a merged /usr these are links; programs call each other by either name.
    for folder in ("/bin", "/sbin", "/lib", "/lib64"):
        cpio.folder(Path(folder))
    for folder in ("/dev", "/proc", "/sys", "/run", "/tmp", "/root", "/var/log", "/var/lib"):
        cpio.folder(Path(folder))
    cpio.device(Path("/dev/console"), 5, 1)
    _add_programs(cpio, [interpreter(), *_tools(), *_extensions()])
    cpio.add_tree(Path(sysconfig.get_path("stdlib")), _skipped())
    for file in filter(os.path.exists, _FILES):
        cpio.add(Path(file))
    for tree in filter(os.path.exists, _TREES):
        cpio.add_tree(Path(tree))
    for module in _modules(kernel_modules):
        cpio.add(module)
    cpio.add_tree(program.folder)
    cpio.add(program.script)


def _tools() -> Iterator[Path]:
    for name in NEEDED + _WELCOME:
        found = shutil.which(name, path=environment()["PATH"])
        if found:
            yield Path(found)


def _extensions() -> list[Path]:
    """Python's modules written in C: they have shared libraries of their own."""
    return sorted(Path(sysconfig.get_path("platstdlib"), "lib-dynload").glob("*.so"))


def _skipped() -> frozenset[str]:
    config = sysconfig.get_config_var("LIBPL")
    return _NOT_OF_PYTHON | ({Path(config).name} if config else set())


def _add_programs(cpio: Cpio, programs: Iterable[Path]) -> None:
    """Add programs, and every shared library that one of them needs."""
    paths = [str(path) for path in programs]
    for path in paths:
        cpio.add(Path(path))
    said = subprocess.run(["ldd", *paths], capture_output=True, text=True, check=False).stdout
    words = {word for line in said.splitlines() if "(0x" in line for word in line.split()}
    for library in sorted(word for word in words if word.startswith("/")):
        cpio.add(Path(library))


def _modules(tree: Path) -> Iterator[Path]:
    """The network modules that a lab may use, what they need, and the indexes."""
    needs = dict(_read_dependencies(tree / "modules.dep"))
    wanted = {module for module in needs if _is_network(module)}
    for module in tuple(wanted):
        wanted.update(needs[module])
    yield from (tree / module for module in sorted(wanted))
    yield from sorted(tree.glob("modules.*"))


def _read_dependencies(path: Path) -> Iterator[tuple[str, list[str]]]:
    for line in path.read_text().splitlines():
        module, _, needed = line.partition(":")
        yield module, needed.split()


def _is_network(module: str) -> bool:
    return module.startswith(_NETWORK) and _NOT_OURS.isdisjoint(module.split("/"))
