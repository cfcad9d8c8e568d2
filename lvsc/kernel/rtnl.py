"""A conversation with rtnetlink: pyroute2's messages over a plain socket, without its event loop.

Every answer has a time limit, and a dump that the kernel calls inconsistent is asked for again.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any

from lvsc.finding import LvscError
from lvsc.kernel.explained import explained

REQUEST, ACK, DUMP, REPLACE, EXCL, CREATE = 0x1, 0x4, 0x300, 0x100, 0x200, 0x400
_ERROR, _DONE = 2, 3
_INTERRUPTED = 0x10
_SECONDS = 10
_RECEIVE = 1 << 20
_TRIES = 5
_HEADER = struct.Struct("=IHHII")

Message = dict[str, Any]


def request(what: str, message: Any, number: int, flags: int = 0) -> None:
    """Send one change and wait for the kernel's word. Raises LvscError about `what` when it refuses."""
    with _opened(what) as link:
        for code, body, _ in _asked(link, what, message, number, REQUEST | ACK | flags):
            refusal = -struct.unpack_from("=i", body)[0] if code == _ERROR else 0
            if refusal:
                raise explained(refusal, what)
            return


def dump(what: str, message: Any, number: int) -> list[Message]:
    """All things of a kind, as plain dicts of header fields and attributes by name."""
    for _ in range(_TRIES):
        found = _dumped(what, message, number)
        if found is not None:
            return found
    raise LvscError(f"the {what} of this host change faster than they can be read", "try again")


def _dumped(what: str, message: Any, number: int) -> list[Message] | None:
    """One dump; None for one that changed while it was read."""
    found: list[Message] = []
    whole = True
    with _opened(what) as link:
        for code, body, flags in _asked(link, what, message, number, REQUEST | DUMP):
            whole = whole and not flags & _INTERRUPTED
            if code == _DONE:
                return found if whole else None
            if code == _ERROR:
                raise explained(-struct.unpack_from("=i", body)[0], what)
            one = type(message)(_HEADER.pack(_HEADER.size + len(body), code, flags, 0, 0) + body)
            one.decode()
            found.append(_plain(one))
    return None


def _opened(what: str) -> socket.socket:
    try:
        link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    except OSError as error:
        raise LvscError(f"cannot ask the kernel about {what}: {error.strerror}") from error
    link.settimeout(_SECONDS)
    link.bind((0, 0))
    return link


def _asked(link: socket.socket, what: str, message: Any, number: int, flags: int) -> Iterator[tuple[int, bytes, int]]:
    """Type, body and flags of each answer."""
    message["header"]["type"], message["header"]["flags"], message["header"]["sequence_number"] = number, flags, 1
    message.reset()
    message.encode()
    try:
        link.send(bytes(message.data))
        while True:
            data = link.recv(_RECEIVE)
            at = 0
            while at < len(data):
                length, code, said, _, _ = _HEADER.unpack_from(data, at)
                yield code, data[at + _HEADER.size : at + length], said
                at += (length + 3) & ~3
    except TimeoutError as error:
        raise LvscError(f"the kernel did not answer about {what} within {_SECONDS} s", "try again") from error
    except OSError as error:
        raise explained(error.errno or 0, what) from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        found = {name: _plain(each) for name, each in value.items() if name not in ("attrs", "header", "event")}
        found.update((each[0], _plain(each[1])) for each in value.get("attrs", ()) if each[0] != "UNKNOWN")
        return found
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
