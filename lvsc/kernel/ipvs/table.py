"""The IPVS table of a network namespace: read whole, changed in one message."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from lvsc.finding import LvscError, Refused
from lvsc.kernel.ipvs import codec
from lvsc.kernel.ipvs.codec import Counts, Servers, Statistics
from lvsc.kernel.ipvs.netlink import Family, Message
from lvsc.plan.thing import (
    Change,
    Key,
    Server,
    Service,
    ServiceValue,
    Sync,
    SyncValue,
    Timeouts,
    TimeoutsValue,
    Value,
)

_READS = 5
_BUILT_ONCE = "mh"


class Refusal(NamedTuple):
    """A change that the kernel refused, with its number."""

    change: Change
    errno: int


class Table:
    """An open table; it stays that of the namespace in which it was opened. A context manager."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._servers = Servers()

    @staticmethod
    def present() -> bool:
        """Whether this kernel has IPVS already; opening a table would load it."""
        return Path("/proc/net/ip_vs").exists()

    @classmethod
    def open(cls) -> Self:
        """The table of the current namespace. Raises Refused without IPVS or without the right to it."""
        return cls(Family())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._family.close()

    def read(self, only: Collection[Service] | None = None) -> dict[Key, Value]:
        """All services and real servers, these in the order of insertion; the timeouts and sync daemons.

        The kernel's dumps may miss entries while somebody changes the table, and cannot
        tell (ip_vs_genl_dump_dests): it is read until two readings agree.
        """
        former = self._once(only)
        for _ in range(_READS):
            found = self._once(only)
            if found == former and list(found) == list(former):
                return found
            former = found
        raise LvscError("the IPVS table changes all the time", "stop what changes it, and try again")

    def _once(self, only: Collection[Service] | None) -> dict[Key, Value]:
        found: dict[Key, Value] = {}
        try:
            services = [codec.service_of(data) for data in self._family.dump(Message(codec.GET_SERVICE, b""))]
            for service, value in services:
                if only is None or service in only:
                    found[service] = value
                    members = [
                        self._servers.read(data, service) for data in self._family.dump(codec.one_service(service))
                    ]
                    found.update((key, each) for key, each, _ in reversed(members))
            found[Timeouts()] = codec.timeouts_of(self._family.ask(Message(codec.GET_CONFIG, b"")))
            found.update(codec.sync_of(data) for data in self._family.dump(Message(codec.GET_DAEMON, b"")))
        except PermissionError as error:
            raise Refused("IPVS may only be read with CAP_NET_ADMIN", "run lvsc as root on the host itself") from error
        except OSError as error:
            raise LvscError(f"the IPVS table cannot be read: {error.strerror}") from error
        return found

    def connections(self, services: Collection[Service]) -> dict[Server, Counts]:
        """The connections of each real server of these services; a service that is not there has none."""
        found: dict[Server, Counts] = {}
        for service in services:
            for data in self._family.dump(codec.one_service(service)):
                key, _, counts = self._servers.read(data, service)
                found[key] = counts
        return found

    def statistics(self) -> dict[Service, Statistics]:
        """What each service has carried; the kernel adds it up every two seconds (ip_vs_est.c)."""
        answers = list(self._family.dump(Message(codec.GET_SERVICE, b"")))
        return {codec.service_of(data)[0]: codec.statistics_of(data) for data in answers}

    def send(self, changes: Sequence[Change], whole: bool = False) -> tuple[Refusal, ...]:
        """Make the changes; returns those that the kernel refused, the others are made.

        `whole`: in one system call, which is carried out to its end even if this process is killed.
        """
        pairs = list(_messages(changes))
        try:
            failed = self._family.send([message for message, _ in pairs], codec.FENCE, whole)
        except PermissionError as error:
            raise Refused(
                "IPVS may only be changed with CAP_NET_ADMIN", "run lvsc as root on the host itself"
            ) from error
        return tuple(Refusal(pairs[index][1], number) for index, number in failed)


def _messages(changes: Sequence[Change]) -> Iterator[tuple[Message, Change]]:
    """The messages of the changes; a new mh service is filled first, so that its table is built once."""
    filled = {change.key.service for change in changes if change.before is None and isinstance(change.key, Server)}
    packer = codec.Packer()
    later = []
    for change in changes:
        key, before, after = change
        if isinstance(key, Server):
            command = codec.DEL_DEST if after is None else codec.NEW_DEST if before is None else codec.SET_DEST
            yield packer.server(command, key, after), change  # type: ignore[arg-type]
        elif isinstance(key, Service):
            assert after is None or isinstance(after, ServiceValue)
            command = codec.DEL_SERVICE if after is None else codec.NEW_SERVICE if before is None else codec.SET_SERVICE
            if command == codec.NEW_SERVICE and after is not None and after.scheduler == _BUILT_ONCE and key in filled:
                later.append((codec.service_message(codec.SET_SERVICE, key, after), change))
                after = after._replace(scheduler="none")
            yield codec.service_message(command, key, after), change
        else:
            yield from _other(change)
    yield from later


def _other(change: Change) -> Iterator[tuple[Message, Change]]:
    key, before, after = change
    if isinstance(key, Timeouts):
        assert isinstance(after, TimeoutsValue)
        yield codec.timeouts_message(after), change
    elif isinstance(key, Sync):
        if isinstance(before, SyncValue):
            yield codec.sync_message(codec.DEL_DAEMON, key, before), change
        if isinstance(after, SyncValue):
            yield codec.sync_message(codec.NEW_DAEMON, key, after), change
