"""One loop for all servers and clients of a scene: a socket stays in the namespace it was made in."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lvsc.lab.guest import netns

KINDS = {"tcp": (socket.SOCK_STREAM, 0), "udp": (socket.SOCK_DGRAM, 0), "sctp": (socket.SOCK_STREAM, 132)}
Handler = Callable[[], None]


def family(address: str) -> socket.AddressFamily:
    """The socket family of an address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Reactor:
    """Sockets and what to do when they are ready."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.sockets: set[socket.socket] = set()
        self.timers: list[tuple[float, int, Handler]] = []
        self.turns = itertools.count()

    def open(self, host: str, protocol: str, address: str) -> socket.socket:
        """A new non-blocking socket in a host's namespace."""
        kind, number = KINDS[protocol]
        with netns.inside(host):
            made = socket.socket(family(address), kind, number)
        made.setblocking(False)
        self.sockets.add(made)
        return made

    def watch(self, which: socket.socket, events: int, handler: Handler) -> None:
        """Call the handler when the socket is ready, instead of a former one."""
        try:
            self.selector.modify(which, events, handler)
        except KeyError:
            self.selector.register(which, events, handler)

    def drop(self, which: socket.socket, close: bool = True) -> None:
        """Watch the socket no longer, and close it."""
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(which)
        if close:
            which.close()
        self.sockets.discard(which)

    def later(self, seconds: float, handler: Handler) -> None:
        """Call the handler after so many seconds."""
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.turns), handler))

    def run(self, until: Callable[[], bool], limit: float) -> None:
        """Serve until the condition holds or the time is over."""
        ends = time.monotonic() + limit
        while not until() and (left := ends - (now := time.monotonic())) > 0:
            due = self.timers[0][0] - now if self.timers else left
            for key, _ in self.selector.select(max(0, min(left, due, 0.2))):
                if key.fileobj in self.sockets:
                    key.data()
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()

    def close(self) -> None:
        """Close all."""
        for each in list(self.sockets):
            self.drop(each)
        self.selector.close()


class Servers:
    """The applications of the real servers: they answer with their host's name."""

    def __init__(self, reactor: Reactor, hosts: dict[str, Any]) -> None:
        self.reactor = reactor
        self.seen: set[tuple[str, str, int]] = set()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(Path(__file__).with_name("lab.pem"))
        for host, spec in hosts.items():
            for serve in spec["serve"]:
                self._listen(host, serve)

    def _listen(self, host: str, serve: dict[str, Any]) -> None:
        listener = self.reactor.open(host, serve["protocol"], serve["address"])
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((serve["address"], serve["port"]))
        if serve["protocol"] == "udp":
            self.reactor.watch(listener, selectors.EVENT_READ, lambda: self._datagram(host, listener))
        else:
            listener.listen(512)
            self.reactor.watch(listener, selectors.EVENT_READ, lambda: self._accept(host, listener, serve))

    def _datagram(self, host: str, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            data, peer = listener.recvfrom(4096)
            self.seen.add((host, peer[0], peer[1]))
            listener.sendto(_dns(data) or f"{host}\n".encode(), peer)

    def _accept(self, host: str, listener: socket.socket, serve: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            connection, peer = listener.accept()
            connection.setblocking(False)
            self.reactor.sockets.add(connection)
            self.seen.add((host, peer[0], peer[1]))
            if serve.get("greet"):
                connection.send(b"220 lab ESMTP\r\n")
            self.reactor.watch(connection, selectors.EVENT_READ, lambda: self._first(host, connection))

    def _first(self, host: str, connection: socket.socket) -> None:
        """A client hello of TLS (RFC 8446 section 5.1) gets TLS, everything else plain text."""
        with contextlib.suppress(OSError):
            if connection.recv(1, socket.MSG_PEEK) == b"\x16":
                self.reactor.drop(connection, close=False)
                connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                self.reactor.sockets.add(connection)
        self.reactor.watch(connection, selectors.EVENT_READ, lambda: self._answer(host, connection))
        self._answer(host, connection)

    def _answer(self, host: str, connection: socket.socket) -> None:
        try:
            data = connection.recv(65536)
            if not data:
                self.reactor.drop(connection)
            elif data.startswith((b"GET ", b"HEAD ")):
                body = f"{host}\n".encode()
                connection.send(
                    b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)
                )
                self.reactor.drop(connection)
            elif data.startswith((b"HELO", b"EHLO", b"QUIT")):
                connection.send(b"221 bye\r\n" if data.startswith(b"QUIT") else b"250 lab\r\n")
            elif data.startswith(b"PASV"):
                connection.send(self._passive(host, connection))
            else:
                connection.send(f"{host}\n".encode())
        except ssl.SSLWantReadError:
            return
        except OSError:
            self.reactor.drop(connection)

    def _passive(self, host: str, connection: socket.socket) -> bytes:
        """Open a data port as an FTP server does, and name the server's own address: the director must translate it."""
        address = connection.getsockname()[0]
        data = self.reactor.open(host, "tcp", address)
        data.bind((address, 0))
        data.listen(8)
        self.reactor.watch(data, selectors.EVENT_READ, lambda: self._accept(host, data, {}))
        high, low = divmod(data.getsockname()[1], 256)
        return f"227 Entering Passive Mode ({address.replace('.', ',')},{high},{low})\r\n".encode()


def _dns(data: bytes) -> bytes | None:
    """The answer of a name server that knows nothing, or None for what is no question of one name."""
    if len(data) < 17 or data[2] & 0xF8 or data[4:6] != b"\0\1":
        return None
    return data[:2] + b"\x84\x00" + data[4:6] + b"\0\0\0\0\0\0" + data[12:]
