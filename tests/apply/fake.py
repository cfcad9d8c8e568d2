"""A host in memory that behaves as the kernel does where it matters, and a disk that can be killed or full."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from lvsc.apply.store import Store
from lvsc.finding import LvscError
from lvsc.kernel.files import Files, nothing
from lvsc.plan.order import settings_order
from lvsc.plan.thing import Change, Device, File, Key, Server, Service, Setting, SettingValue, Things, Value


class Killed(BaseException):
    """The process is no more: nobody cleans up."""


class FakeHost:
    """A kernel's things in a dict, files in a real folder."""

    def __init__(self, folder: Path, kernel: dict[Key, Value], point: Callable[[str], None] = nothing) -> None:
        self.kernel = kernel
        self.point = point
        self.files = Files(folder / "root", folder / "state" / "blobs", lambda name: self.point(name))
        self.store = Store(folder / "state", self.files)
        self.store.prepare()
        self.boot = "boot-1"
        self.busy: dict[Server, int] = {}
        self.reloads = 0
        self.of_daemon: list[Service] = []

    def identity(self) -> tuple[str, int]:
        return self.boot, 1

    def boottime(self) -> float:
        return 1000.0

    def read(self, keys: Iterable[Key]) -> dict[Key, Value]:
        found = {key: value for key, value in self.kernel.items() if isinstance(key, (Service, Server))}
        for key in keys:
            value = self.files.read(key) if isinstance(key, File) else self.kernel.get(key)
            if value is not None:
                found[key] = value
        return found

    def perform(self, changes: Sequence[Change]) -> None:
        """Settings as ip_forward resets them, files one by one, all else of one kind at once."""
        kinds: dict[str, list[Change]] = {}
        for change in changes:
            group = "table" if change.key.kind in ("service", "server") else change.key.kind
            kinds.setdefault(group, []).append(change)
        for kind, group in kinds.items():
            if kind == "file":
                for change in group:
                    self.files.put(change.key, change.after)  # type: ignore[arg-type]
                continue
            self.point(f"before {kind}")
            for change in settings_order(group) if kind == "setting" else group:
                self._set(change)
            self.point(f"after {kind}")

    def _set(self, change: Change) -> None:
        if isinstance(change.key, Server) and change.after is not None and change.key.service not in self.kernel:
            raise LvscError(f"no service {change.key.service}")
        if change.after is None:
            self.kernel.pop(change.key, None)
            if isinstance(change.key, Device):
                for key in [each for each in self.kernel if isinstance(each, Setting) and _of(change.key, each)]:
                    del self.kernel[key]
            if isinstance(change.key, Service):
                for key in [each for each in self.kernel if isinstance(each, Server) and each.service == change.key]:
                    del self.kernel[key]
        else:
            self.kernel[change.key] = change.after
            if isinstance(change.key, Device):
                self.kernel[Setting(f"net/ipv4/conf/{change.key.name}/rp_filter")] = SettingValue(0)
        if change.key == Setting("net/ipv4/ip_forward") and isinstance(change.after, SettingValue):
            for key in self.kernel:
                if (
                    isinstance(key, Setting)
                    and key.path.startswith("net/ipv4/conf/")
                    and key.path.endswith("/forwarding")
                ):
                    self.kernel[key] = change.after

    def reload(self, table: Things, floating: Collection[str]) -> None:
        self.point("before reload")
        self.reloads += 1
        self.of_daemon = [key for key in table if isinstance(key, Service)]
        self.point("after reload")

    def stop(self) -> None:
        for service in self.of_daemon:
            self._set(Change(service, self.kernel.get(service), None))
        self.of_daemon = []

    def connections(self, servers: Iterable[Server]) -> dict[Server, int]:
        return {server: self.busy.get(server, 0) for server in servers if server in self.kernel}

    def all(self) -> tuple[dict[Key, Value], dict[str, bytes | str]]:
        """All that a crash must not leave between: the kernel's things and the files."""
        root = self.files._root
        found: dict[str, bytes | str] = {}
        for path in sorted(root.rglob("*")) if root.exists() else []:
            if path.is_symlink():
                found[str(path.relative_to(root))] = str(path.readlink())
            elif path.is_file():
                found[str(path.relative_to(root))] = path.read_bytes()
        return dict(self.kernel), found


def _of(device: Device, setting: Setting) -> bool:
    return device.name in setting.path.split("/")
