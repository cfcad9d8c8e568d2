"""Clients: connections from an origin to a service, and who answered each."""

from __future__ import annotations

import errno
import re
import selectors
import socket
from typing import Any

from lvsc.lab.guest.reactor import Reactor

_PASSIVE = re.compile(rb"227 [^(]*\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)")
_ERRORS = {
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNRESET: "reset",
}


class Connection:
    """One connection of a probe; `answer` is the real server's name once it came."""

    def __init__(self, reactor: Reactor, probe: dict[str, Any], source: str) -> None:
        self.reactor = reactor
        self.probe = probe
        self.source = source
        self.port = 0
        self.answer: str | None = None
        self.error = ""
        self.more: socket.socket | None = None
        self.socket = reactor.open(probe["client"], probe["protocol"], source)
        self._start()

    @property
    def done(self) -> bool:
        """Whether it was answered or failed."""
        return self.answer is not None or bool(self.error)

    def _start(self) -> None:
        try:
            self.socket.bind((self.source, 0))
            self.port = self.socket.getsockname()[1]
            code = self.socket.connect_ex((self.probe["address"], self.probe["port"]))
        except OSError as error:
            code = error.errno or errno.EIO
        if code not in (0, errno.EINPROGRESS):
            self._fail(code)
        else:
            self.reactor.watch(self.socket, selectors.EVENT_WRITE, self._connected)

    def _fail(self, code: int) -> None:
        self.error = _ERRORS.get(code, errno.errorcode.get(code, str(code)))

    def _connected(self) -> None:
        code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        try:
            if code == 0:
                self.socket.send(self._question())
        except OSError as error:
            code = error.errno or errno.EIO
        if code:
            self._fail(code)
            self.reactor.watch(self.socket, selectors.EVENT_READ, self._ignore)
        else:
            self.reactor.watch(self.socket, selectors.EVENT_READ, self._read)

    def _question(self) -> bytes:
        """What the application is told; IPVS wants a Call-ID of sip (ip_vs_pe_sip.c: get_callid)."""
        if self.probe.get("sip"):
            return f"OPTIONS sip:lab SIP/2.0\r\nCall-ID: {self.port}@{self.source}\r\n\r\n".encode()
        return b"PASV\r\n" if self.probe.get("ftp") else b"who are you\r\n"

    def _ignore(self) -> None:
        self.reactor.drop(self.socket)

    def _read(self) -> None:
        try:
            data = self.socket.recv(4096)
        except OSError as error:
            self._fail(error.errno or errno.EIO)
            self.reactor.drop(self.socket)
            return
        passive = _PASSIVE.match(data)
        if passive:
            self._data(passive)
        elif not data.startswith(b"220 "):
            self._take(data)

    def _take(self, data: bytes) -> None:
        if data:
            self.answer = data.split(b"\n")[0].decode("utf-8", "replace")
        else:
            self._fail(errno.ECONNRESET)
        self.reactor.watch(self.socket, selectors.EVENT_READ, self._quiet)

    def _quiet(self) -> None:
        """The server closed after its answer."""
        try:
            alive = bool(self.socket.recv(4096))
        except OSError:
            alive = False
        if not alive:
            self.reactor.drop(self.socket)

    def _data(self, passive: re.Match[bytes]) -> None:
        """FTP: the name comes over the data connection, to the address that the control connection names."""
        parts = [int(group) for group in passive.groups()]
        self.more = self.reactor.open(self.probe["client"], "tcp", self.source)
        self.more.bind((self.source, 0))
        self.more.connect_ex((".".join(map(str, parts[:4])), parts[4] * 256 + parts[5]))
        self.reactor.watch(self.more, selectors.EVENT_WRITE, self._data_connected)

    def _data_connected(self) -> None:
        assert self.more is not None
        code = self.more.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(code)
            self.reactor.drop(self.more)
        else:
            self.more.send(b"who are you\r\n")
            self.reactor.watch(self.more, selectors.EVENT_READ, self._data_read)

    def _data_read(self) -> None:
        assert self.more is not None
        try:
            self._take(self.more.recv(4096))
        except OSError as error:
            self._fail(error.errno or errno.EIO)
        self.reactor.drop(self.more)


def play(reactor: Reactor, probe: dict[str, Any], limit: float) -> list[Connection]:
    """All connections of a probe, held open together so that schedulers that count connections see them."""
    sources = probe["sources"]
    made: list[Connection] = []
    for index in range(probe["connections"]):
        made.append(Connection(reactor, probe, sources[index % len(sources)]))
        reactor.run(lambda: made[-1].done, 0.3 if index < len(sources) else 0.1)
    reactor.run(lambda: all(each.done for each in made), limit)
    return made
