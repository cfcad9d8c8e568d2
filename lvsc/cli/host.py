"""What the commands that touch a host share: its door, its state folder, which host of the topology it is."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from lvsc.finding import LvscError, Refused, nearest

if TYPE_CHECKING:
    from lvsc.apply.prepare import Prepared
    from lvsc.apply.store import Store
    from lvsc.kernel.host import LiveHost
    from lvsc.plan.wanted import Wanted
    from lvsc.state import Hosts, HostState

STATE = "/var/lib/lvsc"
StateFolder = Annotated[
    Path,
    typer.Option(
        "--state", metavar="DIR", readable=False, help="Where lvsc remembers what it did.", envvar="LVSC_STATE"
    ),
]
RootFolder = Annotated[
    Path, typer.Option("--root", metavar="DIR", readable=False, help="Files go below this folder.", envvar="LVSC_ROOT")
]
HostName = Annotated[
    str | None,
    typer.Option("--host", help="Which host of the topology; without it, this host's name.", envvar="LVSC_HOST"),
]
LockTimeout = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="How long to wait for another lvsc.", envvar="LVSC_LOCK_TIMEOUT")
]
Drain = Annotated[
    float,
    typer.Option(min=0, metavar="SECONDS", help="The most to wait for connections to end.", envvar="LVSC_DRAIN"),
]
_CAP_NET_ADMIN = 12


@dataclass(frozen=True, slots=True)
class Here:
    """This host: its door and its state folder."""

    door: LiveHost
    store: Store
    root: Path
    state: Path

    @property
    def options(self) -> list[str]:
        """The options that name the same folders to another lvsc."""
        return ["--root", str(self.root), "--state", str(self.state)]


def here(root: Path, state: Path) -> Here:
    """The door to this host. Raises Refused without the right to change it."""
    from lvsc.apply.store import Store
    from lvsc.kernel.host import LiveHost

    may_change()
    door = LiveHost(root, state)
    return Here(door, Store(state, door.files), root, state)


@contextmanager
def held(this: Here, seconds: float) -> Iterator[None]:
    """Hold the lock of the state folder."""
    from lvsc.apply.lock import locked

    this.store.prepare()
    with locked(this.store.lock_file, seconds):
        yield


def may_change() -> None:
    """Raises Refused for a process that may not change the network, before anything is tried."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    if not int(effective, 16) >> _CAP_NET_ADMIN & 1:
        who = "an ordinary user" if os.geteuid() else "root of this container"
        raise Refused(f"{who} may not change the network (no CAP_NET_ADMIN)", "run lvsc as root on the host itself")


class Target(NamedTuple):
    """This host as a topology wants it, among all of its cluster."""

    host: HostState
    hosts: Hosts


def host_of(paths: Sequence[str], host: str | None) -> Target:
    """This host by a topology; its findings are told, and errors end the command."""
    from lvsc.cli.gate import usable

    site = usable(paths)
    managed = [name for name, each in site.hosts.items() if each.managed]
    name = host or socket.gethostname().split(".")[0]
    if name not in managed:
        shown = ", ".join(managed[:10]) + (" ..." if len(managed) > 10 else "")
        raise LvscError(
            f"the topology has no host {name} that lvsc manages{nearest(name, managed)}",
            f"say which one this is: --host, one of {shown}" if managed else "declare directors and real servers",
        )
    return Target(site.hosts[name], site.hosts)


def wanted_of(host: HostState) -> Wanted:
    """What `apply` puts on a host."""
    from lvsc.plan.wanted import wanted

    return wanted(host, program())


def walked(target: Target, prepared: Prepared) -> tuple[Prepared, str | None]:
    """The plan with what its walks say against it; or why they say nothing."""
    from dataclasses import replace

    from lvsc.apply.walked import broken
    from lvsc.kernel.observe import observe
    from lvsc.lower import as_recorded

    name = target.host.name
    live = observe(name, target.host.role)

    def placed(state: HostState) -> HostState:
        return as_recorded(target.hosts, {name: state})[name]

    strange = placed(live).unmodelled
    if strange:
        return prepared, f"the states in between were not walked: {name} has {strange[0]}"
    reasons = tuple(broken(target.hosts, live, prepared.plan.steps, placed))
    plan = replace(prepared.plan, refusals=(*prepared.plan.refusals, *reasons))
    return replace(prepared, plan=plan), None


def program() -> str:
    """The path of lvsc, for the unit that runs at boot."""
    found = shutil.which(sys.argv[0]) or shutil.which("lvsc") or str(Path(sys.executable).with_name("lvsc"))
    return os.path.abspath(found)


def plan_file(paths: Sequence[str]) -> tuple[str, Wanted] | None:
    """The plan that a single JSON file holds: the digest it was made for, and what is wanted; else None."""
    from lvsc.plan.document import VERSION, plan_from_json

    document = _json(paths[0]) if len(paths) == 1 and paths[0].endswith(".json") else None
    if not isinstance(document, dict) or "lvsc_plan" not in document:
        return None
    if document["lvsc_plan"] != VERSION:
        raise LvscError(f"{paths[0]} is a plan of another version of lvsc", "make it anew with `lvsc plan`")
    try:
        return plan_from_json(document)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise LvscError(f"{paths[0]} is no plan of lvsc: {error!r}", "make it anew with `lvsc plan --out`") from error


def _json(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise LvscError(f"cannot read {path}: {error.strerror}") from error
    except ValueError:
        return None
