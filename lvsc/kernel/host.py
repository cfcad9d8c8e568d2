"""One live host, read and changed as things: the door that `apply` goes through."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from lvsc.emit.keepalived import drain_file
from lvsc.finding import LvscError, Refused
from lvsc.kernel import daemons, marks, network, scratch, settings
from lvsc.kernel.files import Files, Point, nothing
from lvsc.kernel.ipvs import Table, explain
from lvsc.plan.make import Plan
from lvsc.plan.order import ALSO_READ, settings_order
from lvsc.plan.thing import (
    Address,
    Change,
    Device,
    File,
    FileValue,
    Key,
    Marks,
    RouteTo,
    Server,
    ServerValue,
    Service,
    Setting,
    SettingValue,
    Sync,
    Things,
    Timeouts,
    Value,
)
from lvsc.plan.wanted import KEEPALIVED, Wanted

_TABLE = (Service, Server, Timeouts, Sync)
_NETWORK = (Device, Address, RouteTo)
_FORWARDING = "net/ipv4/ip_forward"
_SETTLES_WITHIN, _STEADY = 10.0, 1.0


class LiveHost:
    """The host that this process runs on, in its network namespace; a `Door` of apply.

    Files lie below `root`, blobs in `state`. `point` is called before and after every
    change: tests end the process there.
    """

    def __init__(self, root: Path, state: Path, point: Point = nothing) -> None:
        self._root = root
        self._point = point
        self.files = Files(root, state / "blobs", point)

    def identity(self) -> tuple[str, int]:
        """The boot's number, and the inode of the network namespace."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return boot, os.stat("/proc/self/ns/net").st_ino

    def boottime(self) -> float:
        """CLOCK_BOOTTIME, in seconds."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def read(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """The whole IPVS table, and of all other things these."""
        keys = dict.fromkeys([*ALSO_READ, *keys])
        found = self._table()
        found.update(self._settings(keys))
        found.update(network.things([key for key in keys if isinstance(key, _NETWORK)]))
        for key in keys:
            value = self._one(key)
            if value is not None:
                found[key] = value
        return found

    def _one(self, key: Key) -> Value | None:
        if isinstance(key, File):
            return self.files.read(key)
        return marks.read(key) if isinstance(key, Marks) else None

    def _table(self) -> dict[Key, Value]:
        if not Table.present():
            return {}
        with Table.open() as table:
            return table.read()

    def _settings(self, keys: Iterable[Key]) -> Iterator[tuple[Key, Value]]:
        paths = [key.path for key in keys if isinstance(key, Setting)]
        # Writing ip_forward rewrites what every device has.
        for path in dict.fromkeys([*paths, *(settings.forwarding() if _FORWARDING in paths else ())]):
            number = settings.read(path)
            if number is not None:
                yield Setting(path), SettingValue(number)

    def perform(self, changes: Sequence[Change]) -> None:
        """Make the changes: those of one kind together, the IPVS table's in one message to the kernel."""
        for group, members in groupby(changes, key=lambda change: _group(change.key)):
            todo = list(members)
            if group == "file":
                for change in todo:
                    assert isinstance(change.key, File)
                    self.files.put(change.key, change.after)  # type: ignore[arg-type]
                continue
            self._point(f"before {group}")
            _PERFORM[group](todo)
            self._point(f"after {group}")

    def load(self, modules: Iterable[str]) -> None:
        """Load kernel modules that are not loaded yet. Raises Refused for one that cannot be had."""
        for name in modules:
            if not Path("/sys/module", name).exists():
                _modprobe(name)

    def owners(self) -> list[str]:
        """Daemons that own the IPVS table of this network namespace, by name."""
        return [*(["keepalived"] if daemons.keepalived() is not None else []), *daemons.others()]

    def starts_daemons(self) -> bool:
        """Whether lvsc can start a daemon here: where systemd runs."""
        return Path("/run/systemd/system").is_dir()

    def refuses_file(self, wanted: Wanted) -> str | None:
        """What keepalived says against the file that is wanted; None when nothing."""
        value = wanted.things.get(KEEPALIVED)
        if not isinstance(value, FileValue) or self.files.read(KEEPALIVED) == value:
            return None
        with tempfile.TemporaryDirectory(prefix="lvsc-") as folder:
            candidate = Path(folder, "keepalived.conf")
            candidate.write_bytes(wanted.contents[value.digest])
            return daemons.check(candidate)

    def rehearse(self, plan: Plan) -> tuple[tuple[str, ...], str | None]:
        """What this kernel refuses of the table's changes, tried in a namespace of its own; or why it was not tried."""
        batches = [[change for change in step.changes if isinstance(change.key, _TABLE)] for step in plan.steps]
        batches = [batch for batch in batches if batch]
        if not batches:
            return (), None
        try:
            return scratch.rehearse(self._table(), batches, network.addresses()), None
        except scratch.NotRehearsed as error:
            return (), str(error)

    def weigh(self, names: Iterable[str], out: bool) -> None:
        """Take real servers out of keepalived's table, or back in, by the files that it watches. Raises LvscError."""
        for name in names:
            path = self._root / drain_file(name).lstrip("/")
            try:
                self.files.replace(path, b"-1000000\n" if out else b"0\n", 0o644)
            except OSError as error:
                raise LvscError(f"cannot write {path}: {error.strerror}") from error

    def reload(self, table: Things, floating: Collection[str]) -> None:
        """Have keepalived read its file; wait until the IPVS table has the services it says.

        A director that holds one of the floating addresses is master: it must then hold all. Raises LvscError.
        """
        master = bool(_held() & set(floating))
        (self._root / drain_file("").lstrip("/")).mkdir(parents=True, exist_ok=True)
        daemon = daemons.keepalived()
        if daemon is not None:
            daemons.reload(daemon)
        elif not daemons.start():
            return  # whoever runs daemons here starts it with the file
        self._settle(table, set(floating) if master else set())

    def stop(self) -> None:
        """Have keepalived end, where it runs; it takes its services and VIPs with it. Raises LvscError."""
        daemon = daemons.keepalived()
        if daemon is not None:
            daemons.stop(daemon, _SETTLES_WITHIN)

    def _settle(self, table: Things, floating: set[str]) -> None:
        """Wait until all is so and stays so: what is right from before may not have been read again yet."""
        now = time.monotonic()
        until, since = now + _SETTLES_WITHIN, now
        while now - since < _STEADY:
            amiss = _amiss(self._table(), table) or _absent(floating)
            if amiss is not None and now > until:
                raise LvscError(f"keepalived did not do what its file says: {amiss}", "look at its log")
            time.sleep(0.05)
            now = time.monotonic()
            since = now if amiss is not None else since

    def connections(self, servers: Iterable[Server]) -> dict[Server, int]:
        """Active and inactive connections of those real servers that are there."""
        servers = set(servers)
        if not servers or not Table.present():
            return {}
        with Table.open() as table:
            counts = table.connections({server.service for server in servers})
        return {key: counts[key].active + counts[key].inactive for key in servers & counts.keys()}


def _modprobe(name: str) -> None:
    try:
        done = subprocess.run(["modprobe", "-q", name], capture_output=True, text=True, check=False, timeout=30)
        said = done.stderr.strip() if done.returncode else ""
        failed = done.returncode != 0
    except (OSError, subprocess.TimeoutExpired) as error:
        said, failed = str(error), True
    if failed:
        release = os.uname().release
        raise Refused(
            f"kernel module {name} cannot be loaded" + (f": {said}" if said else ""),
            f"install it for kernel {release}, or run lvsc on the host itself, not in a container",
        )


def _group(key: Key) -> str:
    return "table" if isinstance(key, _TABLE) else key.kind


def _write_settings(changes: list[Change]) -> None:
    for change in settings_order(changes):
        if change.after is not None:  # None: its device is gone or goes, and the setting with it
            assert isinstance(change.key, Setting)
            assert isinstance(change.after, SettingValue)
            settings.write(change.key.path, change.after.number)


def _write_table(changes: list[Change]) -> None:
    with Table.open() as table:
        refusals = table.send(changes, whole=True)
    if refusals:
        sentence, remedy = explain(refusals[0])
        more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
        raise LvscError(sentence + more, remedy)


def _write_marks(changes: list[Change]) -> None:
    for change in changes:
        marks.write(change.key, change.after)  # type: ignore[arg-type]


def _write_network(changes: list[Change]) -> None:
    for change in changes:
        network.perform(change)


_PERFORM: dict[str, Callable[[list[Change]], None]] = {
    "setting": _write_settings,
    "table": _write_table,
    "marks": _write_marks,
    "device": _write_network,
    "address": _write_network,
    "route": _write_network,
}


def _held() -> set[str]:
    return {address.split("/")[0] for address in network.addresses()}


def _absent(floating: set[str]) -> str | None:
    missing = sorted(floating - _held()) if floating else []
    return f"{missing[0]} is not on this director, which is master" if missing else None


def _words(value: Value | None) -> str:
    if value is None:
        return "absent"
    return "there with " + ", ".join(f"{name} {each}" for name, each in value._asdict().items() if each)


def _amiss(live: Things, wanted: Things) -> str | None:
    """What keepalived's table lacks; real servers may be missing or at weight 0, as their checks say."""
    for key, value in wanted.items():
        if isinstance(key, Service) and live.get(key) != value:
            return f"service {key} is {_words(live.get(key))}"
    for key, value in live.items():
        if isinstance(key, Server) and key.service in wanted:
            expected = wanted.get(key)
            if not isinstance(expected, ServerValue) and value != expected:
                return f"{key} of {key.service} is still there"
    return None
