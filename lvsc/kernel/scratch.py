"""A nameless network namespace of this kernel, which judges a table there before the live one is touched."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lvsc.finding import LvscError
from lvsc.kernel.ipvs import Table, explain
from lvsc.plan.thing import Change, Key, Server, Service, Things, Value

_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


class NotRehearsed(LvscError):
    """No such namespace can be had here."""


@contextmanager
def scratch(addresses: Sequence[str] = ()) -> Iterator[Table]:
    """The empty table of a new namespace, with lo up and these addresses in it; gone without a trace at the end.

    The thread is back in its own namespace before the table is used: a socket stays where it was opened.
    Raises NotRehearsed without CAP_SYS_ADMIN.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.unshare(_CLONE_NEWNET):
            number = ctypes.get_errno()
            raise NotRehearsed(f"a scratch network namespace needs CAP_SYS_ADMIN ({os.strerror(number)})")
        try:
            _furnish(addresses)
            table = Table.open()
        finally:
            if libc.setns(own, _CLONE_NEWNET):
                # Going on in the wrong namespace would change the wrong host.
                os._exit(70)
    finally:
        os.close(own)
    with table:
        yield table


def _furnish(addresses: Sequence[str]) -> None:
    """Bring lo up, and mirror the addresses: a broadcast address of a network here is no real server's."""
    _up("lo")
    if addresses:
        from lvsc.kernel import network

        network.mirror(addresses)


def _up(name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH22x", name.encode(), 0)
        flags = struct.unpack_from("H", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request), 16)[0]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH22x", name.encode(), flags | _IFF_UP))


def rehearse(live: Things, batches: Sequence[Sequence[Change]], addresses: Sequence[str]) -> tuple[str, ...]:
    """What the kernel refuses of these changes to this table, or holds otherwise, a sentence each."""
    kept: dict[Key, Value] = {key: value for key, value in live.items() if isinstance(key, (Service, Server))}
    with scratch(addresses) as table:
        # What is live was accepted once; what is no longer (its module is gone) is not the plan's fault.
        table.send([Change(key, None, value) for key, value in kept.items()], whole=True)
        for batch in batches:
            refusals = table.send(batch, whole=True)
            if refusals:
                return tuple(explain(refusal)[0] for refusal in refusals)
            for key, _, after in batch:
                _put(kept, key, after)
        found = table.read()
    return tuple(
        f"{key.kind} {key} would be {found.get(key)} instead of {kept[key]}"
        for key in kept
        if isinstance(key, (Service, Server)) and found.get(key) != kept[key]
    )


def _put(kept: dict[Key, Value], key: Key, after: Value | None) -> None:
    if after is None:
        kept.pop(key, None)
        return
    kept[key] = after
