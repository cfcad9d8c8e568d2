"""Becomes the command in its arguments, on a leash: when the caller dies, it dies.

Run as a script (`python -I -S boot_leash.py [--old-registers] COMMAND...`), because
what it sets must be set in the new process, and only an exec keeps it there.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
SYS_SECCOMP = 317
SYS_PTRACE = 101
AUDIT_ARCH_X86_64 = 0xC000003E
NT_X86_XSTATE = 0x202
EINVAL = 22

# struct sock_filter codes: load a word of seccomp_data, jump if equal, return.
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ARCHITECTURE, NUMBER, THIRD_ARGUMENT = 4, 0, 32
FAIL, ALLOW = 0x00050000, 0x7FFF0000

_REFUSE_XSTATE = (
    (LOAD, 0, 0, ARCHITECTURE),
    (JUMP_EQUAL, 0, 5, AUDIT_ARCH_X86_64),
    (LOAD, 0, 0, NUMBER),
    (JUMP_EQUAL, 0, 3, SYS_PTRACE),
    (LOAD, 0, 0, THIRD_ARGUMENT),
    (JUMP_EQUAL, 0, 1, NT_X86_XSTATE),
    (RETURN, 0, 0, FAIL | EINVAL),
    (RETURN, 0, 0, ALLOW),
)


class _Filter(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def leash() -> None:
    """Have the kernel send SIGTERM when the caller dies.

    Not SIGKILL: user-mode Linux must end its traced children itself, else they run on
    as ordinary processes (arch/um sets no PTRACE_O_EXITKILL).
    """
    _libc().prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def refuse_xstate() -> None:
    """Make ptrace(.., NT_X86_XSTATE, ..) fail, so that UML takes PTRACE_GETFPREGS.

    UML before 6.13 has a fixed buffer for these registers (arch/x86/um/os-Linux/
    registers.c); where the CPU has AMX they are larger, and init dies at once with
    "ptrace set fp regs failed, errno = 14".
    """
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in _REFUSE_XSTATE)
    program = _Filter(len(_REFUSE_XSTATE), code)
    libc = _libc()
    set_mode_filter, speculation_allowed = 1, 4
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(
        SYS_SECCOMP, set_mode_filter, speculation_allowed, ctypes.byref(program)
    ):
        print("cannot set a seccomp filter:", os.strerror(ctypes.get_errno()), flush=True)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    command = sys.argv[1:]
    leash()
    if command[0] == "--old-registers":
        refuse_xstate()
        command = command[1:]
    os.execvp(command[0], command)
