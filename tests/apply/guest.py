"""Run as root in the lab's kernel: the change that touches everything, killed at every point and more.

Each case has a network namespace, a root folder and a state folder of its own. What a host holds is told by ipvsadm, ip
and the files themselves, not by lvsc.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from lvsc.apply.drain import see_off
from lvsc.apply.lock import locked
from lvsc.apply.prepare import ended, observe
from lvsc.apply.run import Ending, Manner, perform
from lvsc.apply.store import Store
from lvsc.apply.undo import recover
from lvsc.finding import LvscError, Refused
from lvsc.kernel.host import LiveHost
from lvsc.kernel.ipvs import Table
from lvsc.plan.thing import Change, Server, ServerValue
from tests.apply.change import HTTP, OWNED, before, wanted

RUN = Path("/run/apply")
SETUP = """\
link set lo up
link add eth0 type dummy
link add eth1 type dummy
link set eth0 up
link set eth1 up
address add 192.0.2.3/24 dev eth0
address add 198.51.100.9/24 dev eth1
route add default via 192.0.2.1 dev eth0
"""
SETTINGS = (
    "net/ipv4/ip_forward",
    "net/ipv4/conf/eth0/forwarding",
    "net/ipv4/conf/eth1/forwarding",
    "net/ipv4/conf/all/arp_ignore",
    "net/ipv4/icmp_ratelimit",
)
TARGET = wanted(marks=False, keepalived=False)
_NEWNET = 0x40000000


class Case:
    """A fresh host, and a hand that acts at a point."""

    def __init__(self, name: str) -> None:
        folder = RUN / name
        self.root, self.state = folder / "root", folder / "state"
        (self.root / "etc/sysctl.d").mkdir(parents=True)
        (self.root / "etc/sysctl.d/90-lvsc.conf").write_text("old\n")
        self.host = LiveHost(self.root, self.state)
        self.store = Store(self.state, self.host.files)
        self.store.prepare()
        subprocess.run(["ip", "-batch", "-"], input=SETUP, text=True, check=True)
        Path("/proc/sys/net/ipv4/conf/eth1/forwarding").write_text("1")
        with Table.open() as table:
            assert not table.send([Change(key, None, each) for key, each in before().items() if key.kind in _TABLE])
        self.store.write_current(replace(self.store.current(), owned=OWNED))

    def at(self, number: int, deed: Callable[[], None]) -> LiveHost:
        """The same host to a process that does something when it comes to this point."""
        passed = 0

        def point(_: str) -> None:
            nonlocal passed
            passed += 1
            if passed == number:
                deed()

        return LiveHost(self.root, self.state, point)

    def apply(self, host: LiveHost) -> str:
        """As the command does it."""
        store = Store(self.state, host.files)
        with locked(store.lock_file):
            undone = ended(host, store)
            if undone is not None and not undone.whole:
                return f"not recovered: {undone.left}"
            prepared = observe(host, store, TARGET)
            outcome = perform(host, store, prepared.plan, TARGET, Manner(confirm_within=None))
            if outcome.ending is Ending.COMMITTED:
                see_off(host, store, TARGET, 0.0)
        return f"{outcome.ending.value}: {outcome.why} {' '.join(outcome.left)}".strip()

    def seen(self) -> dict[str, object]:
        """All that is there, by the usual tools."""
        files = {
            str(path.relative_to(self.root)): os.readlink(path) if path.is_symlink() else path.read_text()
            for path in sorted(self.root.rglob("*"))
            if path.is_symlink() or path.is_file()
        }
        script = (
            "ipvsadm -Sn; ipvsadm -Ln --thresholds; ip -o address | cut -d: -f2-; ip route; ip -o link | cut -d' ' -f2"
        )
        said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
        settings = {path: Path("/proc/sys", path).read_text().strip() for path in SETTINGS}
        left = sorted(
            path.name for path in self.state.rglob("*") if "lvsc-new" in path.name or path.name == "journal.json"
        )
        lines = sorted(line for line in said.splitlines() if " fe80::" not in line)
        return {"said": lines, "settings": settings, "files": files, "left": left}


_TABLE = ("service", "server")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_namespace(name: str, deed: Callable[[Case], object]) -> object:
    """The result of a deed in a fresh namespace, in a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            ctypes.CDLL(None).unshare(_NEWNET)
            result = deed(Case(name))
        except BaseException:
            result = {"error": traceback.format_exc()}
        with os.fdopen(write, "w") as pipe:
            json.dump(result, pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text)


def killed(case: Case, number: int) -> bool:
    """An apply killed at a point; False when it came to its end before."""
    child = os.fork()
    if child == 0:
        case.apply(case.at(number, kill))
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def points() -> int:
    def count(case: Case) -> object:
        passed: list[str] = []
        return [case.apply(LiveHost(case.root, case.state, passed.append)), len(passed)]

    ended_how, number = in_a_namespace("count", count)  # type: ignore[misc]
    assert ended_how == "committed:", ended_how
    return int(number)


def recovered(number: int) -> Callable[[Case], object]:
    def deed(case: Case) -> object:
        if not killed(case, number):
            return None
        undone = recover(case.host, case.store)
        if case.store.current().generation:
            see_off(case.host, case.store, TARGET, 0.0)
        return {
            "left": undone.left if undone else (),
            "seen": case.seen(),
            "generation": case.store.current().generation,
        }

    return deed


def applied(number: int) -> Callable[[Case], object]:
    def deed(case: Case) -> object:
        if not killed(case, number):
            return None
        return {"ending": case.apply(case.host), "seen": case.seen()}

    return deed


def faulty(number: int, deed_at: Callable[[], None]) -> Callable[[Case], object]:
    def deed(case: Case) -> object:
        try:
            ending = case.apply(case.at(number, deed_at))
        except Refused as error:
            ending = f"refused: {error}"
        except (LvscError, OSError) as error:
            ending = f"later: {error}"
        first = case.seen()
        return {"ending": ending, "seen": first, "again": case.apply(case.host), "then": case.seen()}

    return deed


def full() -> None:
    raise OSError(28, "No space left on device")


def refuse() -> None:
    raise LvscError("the kernel refuses")


def meddle() -> None:
    """Somebody else gives a real server another weight."""
    key = Server(HTTP, "192.0.2.11", 80)
    with Table.open() as table:
        table.send([Change(key, ServerValue("dr", 1), ServerValue("dr", 77))])


def boot() -> None:
    """A new kernel, as far as this host sees."""
    ctypes.CDLL(None).unshare(_NEWNET)
    subprocess.run(["ip", "-batch", "-"], input=SETUP, text=True, check=True)


def booted(case: Case) -> object:
    boot()
    return case.seen()


def anew(case: Case) -> object:
    assert case.apply(case.host) == "committed:"
    return case.seen()


def restarted(number: int) -> Callable[[Case], object]:
    """The machine restarted: the namespace is thrown away, the folders stay; then `boot`."""

    def deed(case: Case) -> object:
        if not killed(case, number):
            return None
        boot()
        undone = recover(case.host, case.store, booting=True)
        committed = case.store.generation(case.store.current().generation)
        ending = "nothing"
        if committed is not None:
            prepared = observe(case.host, case.store, committed[0])
            manner = Manner(confirm_within=None, again=True)
            ending = perform(case.host, case.store, prepared.plan, committed[0], manner).ending.value
        return {
            "left": undone.left if undone else (),
            "ending": ending,
            "seen": case.seen(),
            "generation": case.store.current().generation,
        }

    return deed


def two_at_once(case: Case) -> object:
    """Two processes apply; the second finds the lock taken, or nothing to do."""
    children = []
    for _ in range(2):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                said = case.apply(LiveHost(case.root, case.state))
            except Refused as error:
                said = f"refused: {error}"
            os.write(write, said.encode())
            os._exit(0)
        os.close(write)
        children.append((child, read))
    endings = []
    for child, read in children:
        endings.append(os.read(read, 4096).decode())
        os.waitpid(child, 0)
    return {"endings": endings, "seen": case.seen()}


def there_and_back(case: Case) -> object:
    """A, then B, then A: exactly where A was; a second A finds nothing to do."""
    seen = []
    other = replace(TARGET, things={key: each for key, each in TARGET.things.items() if key.kind != "server"})
    for target in (TARGET, other, TARGET):
        prepared = observe(case.host, case.store, target)
        perform(case.host, case.store, prepared.plan, target, Manner(confirm_within=None))
        see_off(case.host, case.store, target, 0.0)
        seen.append(case.seen())
    return {"seen": seen, "nothing": observe(case.host, case.store, TARGET).nothing}


def cases(total: int, every: int) -> Iterator[tuple[str, int, Callable[[Case], object]]]:
    for number in range(1, total + 1):
        if every == 1 or number % 2:
            yield "killed, recovered", number, recovered(number)
        if every == 1 or not number % 2:
            yield "killed, applied again", number, applied(number)
    for number in range(1, total + 1, every):
        yield "disk full", number, faulty(number, full)
    for number in range(2, total + 1, every):
        yield "kernel refuses", number, faulty(number, refuse)
        yield "somebody else", number, faulty(number, meddle)
        yield "restarted", number, restarted(number)
    yield "two at once", 0, two_at_once
    yield "there and back", 0, there_and_back


def main() -> None:
    folder = Path(sys.argv[1])
    every, part, parts = json.loads((folder / "wanted").read_text())
    with (folder / "results").open("w") as out:
        total = points()
        for kind, act in (("old", Case.seen), ("new", anew), ("fresh", booted)):
            print(json.dumps([kind, 0, in_a_namespace(kind, act)]), file=out)
        for index, (kind, number, deed) in enumerate(cases(total, every)):
            if index % parts != part:
                continue
            print(json.dumps([kind, number, in_a_namespace(f"case{index}", deed)]), file=out, flush=True)


main()
