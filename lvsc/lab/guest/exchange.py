"""Connections that carry so many bytes to and fro, so often; the answer begins with the name of the host that gave it.

A request is `ask <bytes> <bytes>`, a line, then padding up to the first
number; the response is the host's name, a line, then padding up to the second.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
from collections.abc import Callable
from typing import Any

from lvsc.lab.guest.reactor import Reactor

_IP_FREEBIND = 15
_MOST = 1 << 16
_PAUSE = 0.05
_ERRORS = {
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNRESET: "reset",
}


def _padded(line: bytes, size: int) -> bytes:
    return line + b"." * (size - len(line))


class _Flow:
    """A socket with what is still to be sent."""

    def __init__(self, reactor: Reactor, which: socket.socket, take: Callable[[bytes], None]) -> None:
        self.reactor = reactor
        self.socket = which
        self.take = take
        self.rest = b""
        self.tcp = which.type is socket.SOCK_STREAM and which.proto in (0, socket.IPPROTO_TCP)

    def send(self, data: bytes) -> None:
        """Send all of it, as soon as there is room."""
        self.rest += data
        self._write()

    def _write(self) -> None:
        try:
            self.rest = self.rest[self.socket.send(self.rest) :]
        except BlockingIOError:
            pass
        except OSError:
            self.rest = b""
        self._acknowledge()
        self.reactor.watch(
            self.socket,
            selectors.EVENT_READ | (selectors.EVENT_WRITE if self.rest else 0),
            self._ready,
        )

    def _acknowledge(self) -> None:
        """Have the kernel acknowledge what comes next at once, by itself.

        What a redirect says of a packet that a process sends is lost here: between namespaces it comes back while
        that process still holds the socket (tcp_ipv4.c: tcp_v4_err), as it never would from a wire.
        """
        if self.tcp:
            with contextlib.suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _ready(self) -> None:
        if self.rest:
            self._write()
        data = b""
        try:
            data = self.socket.recv(_MOST)
        except BlockingIOError:
            return
        except OSError as error:
            self.reactor.drop(self.socket)
            self.take(_Broken(error))
            return
        if not data:
            self.reactor.drop(self.socket)
        self.take(data)


class _Broken(bytes):
    """The end of a flow that broke."""

    code: int

    def __new__(cls, error: OSError) -> _Broken:
        made = super().__new__(cls)
        made.code = error.errno or errno.EIO
        return made


class Applications:
    """The applications of all hosts; `seen` are the connections that reached one."""

    def __init__(self, reactor: Reactor, hosts: dict[str, Any]) -> None:
        self.reactor = reactor
        self.seen: set[tuple[str, str, int]] = set()
        for host, spec in hosts.items():
            for serve in spec["serve"]:
                self._listen(host, serve)

    def _listen(self, host: str, serve: dict[str, Any]) -> None:
        listener = self.reactor.open(host, serve["protocol"], serve["address"])
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # An application may start before its address is there, or usable.
        listener.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((serve["address"], serve["port"]))
        if serve["protocol"] == "udp":
            self.reactor.watch(listener, selectors.EVENT_READ, lambda: self._datagram(host, listener))
        else:
            listener.listen(512)
            self.reactor.watch(listener, selectors.EVENT_READ, lambda: self._accept(host, listener))

    def _datagram(self, host: str, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            data, peer = listener.recvfrom(_MOST)
            self.seen.add((host, peer[0], peer[1]))
            listener.sendto(_padded(f"{host}\n".encode(), _wanted(data)[1]), peer)

    def _accept(self, host: str, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection, peer = listener.accept()
            connection.setblocking(False)
            self.reactor.sockets.add(connection)
            self.seen.add((host, peer[0], peer[1]))
            _Answering(self.reactor, host, connection)


class _Answering:
    """The server's end of a connection."""

    def __init__(self, reactor: Reactor, host: str, connection: socket.socket) -> None:
        self.host = host
        self.read = b""
        self.flow = _Flow(reactor, connection, self._take)
        self.flow.send(b"")

    def _take(self, data: bytes) -> None:
        self.read += data
        while b"\n" in self.read:
            request, response = _wanted(self.read)
            if len(self.read) < request:
                return
            self.read = self.read[max(request, self.read.index(b"\n") + 1) :]
            self.flow.send(_padded(f"{self.host}\n".encode(), response))


def _wanted(data: bytes) -> tuple[int, int]:
    """How long the request is, and how long the response shall be."""
    words = data.split(b"\n", 1)[0].split()
    if len(words) == 3 and words[0] == b"ask" and words[1].isdigit() and words[2].isdigit():
        return int(words[1]), int(words[2])
    return 0, 0


class Connection:
    """The client's end of a connection; `answer` is the answering host's name once all exchanges are done."""

    def __init__(self, reactor: Reactor, ask: dict[str, Any]) -> None:
        self.reactor = reactor
        self.ask = ask
        self.left: int = ask["exchanges"]
        self.answer: str | None = None
        self.error = ""
        self.read = b""
        self.source, self.port = "", 0
        self.socket = reactor.open(ask["origin"], ask["protocol"], ask["address"])
        self.flow = _Flow(reactor, self.socket, self._take)
        self._connect()

    @property
    def done(self) -> bool:
        """Whether it was answered or failed."""
        return self.answer is not None or bool(self.error)

    @property
    def heard(self) -> bool:
        """Whether a first response came."""
        return self.done or self.left < self.ask["exchanges"]

    def _connect(self) -> None:
        try:
            if self.ask["source"]:
                self.socket.bind((self.ask["source"], 0))
            code = self.socket.connect_ex((self.ask["address"], self.ask["port"]))
            self.source, self.port = self.socket.getsockname()[:2]
        except OSError as error:
            code = error.errno or errno.EIO
        if code not in (0, errno.EINPROGRESS):
            self._fail(code)
        else:
            self.reactor.watch(self.socket, selectors.EVENT_WRITE, self._connected)

    def _connected(self) -> None:
        code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(code)
            self.reactor.drop(self.socket)
        else:
            self._request()

    def _request(self) -> None:
        if self.socket in self.reactor.sockets:
            line = f"ask {self.ask['request']} {self.ask['response']}\n".encode()
            self.flow.send(_padded(line, self.ask["request"]))

    def _take(self, data: bytes) -> None:
        if not data:
            self._fail(data.code if isinstance(data, _Broken) else errno.ECONNRESET)
            return
        self.read += data
        line, end, _ = self.read.partition(b"\n")
        if not end or len(self.read) < self.ask["response"]:
            return
        self.read = b""
        self.left -= 1
        if self.left:
            self.reactor.later(_PAUSE, self._request)
        else:
            self.answer = line.decode("utf-8", "replace")

    def _fail(self, code: int) -> None:
        if self.answer is None:
            self.error = _ERRORS.get(code, errno.errorcode.get(code, str(code)))

    def close(self) -> None:
        """Close it; what comes later is not heard."""
        self.reactor.drop(self.socket)
