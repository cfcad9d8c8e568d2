"""Generic netlink as far as IPVS needs it: messages packed with struct, many in one send.

Errors come back with the number of the message that failed, and the later messages of the same send are carried out
all the same (net/netlink/af_netlink.c: netlink_rcv_skb). A send ends with a question whose answer says that all
before it is done: some commands never acknowledge (net/netfilter/ipvs/ip_vs_ctl.c: a stopped sync thread).
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lvsc.finding import LvscError, Refused

_HEADER = struct.Struct("=IHHII")
_WHOLE_HEADER = struct.Struct("=IHHIIBBH")
_ATTRIBUTE = struct.Struct("=HH")
_GENL_CTRL, _GETFAMILY, _FAMILY_ID, _FAMILY_NAME = 16, 3, 1, 2
_REQUEST, _DUMP = 0x1, 0x300
_ERROR, _DONE = 0x2, 0x3
_NETLINK_GENERIC = 16
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33
_BUFFER = 32 << 20
_RECEIVE = 1 << 16
_SECONDS = 20
# Measured, for a first load of 11,000 messages: of 64 and of 2,000 at a time each takes a quarter longer and more.
CHUNK = 512
WHOLE = 2000


class Message(NamedTuple):
    """A command with its packed attributes, in one or two pieces."""

    command: int
    payload: bytes
    more: bytes = b""


def attribute(kind: int, data: bytes) -> bytes:
    """One attribute, padded to four bytes."""
    return _ATTRIBUTE.pack(len(data) + 4, kind) + data + b"\0" * (-len(data) & 3)


def nested(kind: int, data: bytes) -> bytes:
    """An attribute that holds others."""
    return attribute(kind | 0x8000, data)


def attributes(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The attributes of a message: their kinds and bytes."""
    at = 0
    while at + 4 <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < 4:
            return
        yield kind & 0x3FFF, data[at + 4 : at + length]
        at += (length + 3) & ~3


class Family:
    """A socket of the family IPVS, bound to the network namespace it was opened in.

    Raises LvscError when the kernel has no IPVS.
    """

    def __init__(self, name: str = "IPVS") -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_GENERIC)
        self._sequence = 0
        try:
            self._socket.bind((0, 0))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", _SECONDS, 0))
            for option in (_SO_SNDBUFFORCE, _SO_RCVBUFFORCE):
                with contextlib.suppress(OSError):
                    self._socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
            self._id = self._look_up(name)
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _look_up(self, name: str) -> int:
        payload = attribute(_FAMILY_NAME, name.encode() + b"\0")
        self._socket.send(self._pack(_GENL_CTRL, Message(_GETFAMILY, payload), _REQUEST))
        for kind, data in self._receive():
            if kind == _ERROR:
                raise Refused(
                    "this kernel has no IPVS", "load its module (modprobe ip_vs), or install linux-modules-extra"
                )
            for attribute_kind, value in attributes(data[4:]):
                if attribute_kind == _FAMILY_ID:
                    return int.from_bytes(value, sys.byteorder)
        raise LvscError("the kernel did not say where IPVS is")

    def _pack(self, kind: int, message: Message, flags: int) -> bytes:
        self._sequence += 1
        command, payload, more = message
        length = len(payload) + len(more) + _WHOLE_HEADER.size
        return _WHOLE_HEADER.pack(length, kind, flags, self._sequence, 0, command, 1, 0) + payload + more

    def _joined(self, messages: Iterable[Message]) -> bytes:
        """Many messages of the family as one piece, each byte copied once."""
        sequence, kind, header, size = self._sequence, self._id, _WHOLE_HEADER.pack, _WHOLE_HEADER.size
        pieces: list[bytes] = []
        for command, payload, more in messages:
            sequence += 1
            length = len(payload) + len(more) + size
            pieces += (header(length, kind, _REQUEST, sequence, 0, command, 1, 0), payload, more)
        self._sequence = sequence
        return b"".join(pieces)

    def _receive(self) -> Iterator[tuple[int, memoryview]]:
        """The messages of one receive: their kinds and what follows their headers."""
        for kind, _, data in self._numbered():
            yield kind, data

    def _numbered(self) -> Iterator[tuple[int, int, memoryview]]:
        try:
            data = memoryview(self._socket.recv(_RECEIVE))
        except TimeoutError as error:
            raise LvscError(f"the kernel has not answered for {_SECONDS} s", "look at dmesg") from error
        except BlockingIOError as error:
            raise LvscError(f"the kernel has not answered for {_SECONDS} s", "look at dmesg") from error
        at = 0
        while at + _HEADER.size <= len(data):
            length, kind, _, sequence, _ = _HEADER.unpack_from(data, at)
            yield kind, sequence, data[at + _HEADER.size : at + length]
            at += (length + 3) & ~3

    def dump(self, message: Message) -> Iterator[memoryview]:
        """The answers to a dump, each without its headers. Raises OSError with the kernel's number."""
        self._socket.send(self._pack(self._id, message, _REQUEST | _DUMP))
        while True:
            for kind, data in self._receive():
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    raise _error(data)
                yield data[4:]

    def ask(self, message: Message) -> memoryview:
        """The one answer to a question. Raises OSError with the kernel's number."""
        self._socket.send(self._pack(self._id, message, _REQUEST))
        for kind, data in self._receive():
            if kind == _ERROR:
                raise _error(data)
            return data[4:]
        raise OSError(errno.EPROTO, "an empty answer")

    def send(self, messages: Sequence[Message], fence: Message, whole: bool) -> list[tuple[int, int]]:
        """Send commands; returns (index, errno) of each that failed.

        `whole`: all in one system call, which the kernel carries out to its end even if
        this process is killed meanwhile; very many, and without it, some at a time: the
        kernel takes long over a large message.
        """
        if whole and len(messages) <= WHOLE:
            try:
                return self._one(messages, fence, 0)
            except OSError as error:
                if error.errno != errno.EMSGSIZE:
                    raise
        failed: list[tuple[int, int]] = []
        for start in range(0, len(messages), CHUNK):
            failed += self._one(messages[start : start + CHUNK], fence, start)
        return failed

    def _one(self, messages: Sequence[Message], fence: Message, start: int) -> list[tuple[int, int]]:
        first = self._sequence + 1
        packed = self._joined([*messages, fence])
        last = self._sequence
        self._socket.send(packed)
        failed: list[tuple[int, int]] = []
        while True:
            for kind, sequence, data in self._numbered():
                number = _error(data).errno if kind == _ERROR else 0
                if sequence == last:
                    if number:
                        raise OSError(number, os.strerror(number))
                    return failed
                if number and first <= sequence < last:
                    failed.append((start + sequence - first, number))


def _error(data: memoryview) -> OSError:
    number = -int.from_bytes(data[:4], sys.byteorder, signed=True)
    return OSError(number, os.strerror(number))
