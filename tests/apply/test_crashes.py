"""Killed at every point, with a full disk at every sync, with somebody else's hand: exactly the old or the new host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lvsc.apply.drain import see_off
from lvsc.apply.run import Ending, Manner, Outcome, perform
from lvsc.apply.undo import recover
from lvsc.finding import LvscError, Refused
from lvsc.plan.make import make
from lvsc.plan.thing import File, Key, Server, ServerValue, Setting, SettingValue, Value
from lvsc.plan.wanted import Wanted
from tests.apply.change import FILES, FOREIGN, HTTP, MAIL, OWNED, RATE, before, given, wanted
from tests.apply.fake import FakeHost, Killed

Host = Callable[..., FakeHost]


@pytest.fixture
def host(tmp_path: Path) -> Host:
    numbers = iter(range(100_000))

    def make_host() -> FakeHost:
        folder = tmp_path / str(next(numbers))
        (folder / "root/etc/sysctl.d").mkdir(parents=True)
        (folder / "root/etc/sysctl.d/90-lvsc.conf").write_bytes(b"old\n")
        fake = FakeHost(folder, before())
        fake.store.write_current(replace(fake.store.current(), owned=OWNED))
        return fake

    return make_host


def apply(fake: FakeHost, manner: Manner | None = None, target: Wanted | None = None) -> Outcome:
    """As the command does it: recover, observe, plan, perform, see off."""
    undone = recover(fake, fake.store)
    assert undone is None or undone.whole
    target = target or wanted()
    current = fake.store.current()
    live = fake.read([*target.things, *current.owned, RATE, *(key for key in fake.kernel if isinstance(key, Setting))])
    plan = make(live, target, current.owned)
    assert plan.refusals == ()
    outcome = perform(fake, fake.store, plan, target, manner or Manner(confirm_within=None))
    if outcome.ending is Ending.COMMITTED:
        assert see_off(fake, fake.store, target, 0.0) == ()
    return outcome


def points(host: Host) -> list[str]:
    """The points that an apply passes, in order."""
    passed: list[str] = []
    fake = host()
    fake.point = passed.append
    apply(fake)
    return passed


def at(number: int, deed: Callable[[], None]) -> Callable[[str], None]:
    """Do something when this point comes."""
    passed = iter(range(100_000))

    def point(_: str) -> None:
        if next(passed) == number:
            deed()

    return point


def kill() -> None:
    raise Killed


def full() -> None:
    raise OSError(28, "No space left on device")


def killed(fake: FakeHost, number: int, deed: Callable[[FakeHost], object]) -> None:
    """End the process at a point: what runs on the way out of the stack finds everything dead, too."""
    fake.point = at(number, kill)

    def dead(_: str) -> None:
        raise Killed

    def once(name: str, point: Callable[[str], None] = fake.point) -> None:
        try:
            point(name)
        except Killed:
            fake.point = dead
            fake.read = dead  # type: ignore[assignment, method-assign]
            raise

    fake.point = once
    try:
        deed(fake)
    except Killed:
        pass
    finally:
        fake.point = lambda name: None
        fake.__dict__.pop("read", None)


def test_all_goes_well(host: Host) -> None:
    fake = host()
    assert apply(fake).ending is Ending.COMMITTED
    kernel, files = fake.all()
    assert {key: kernel.get(key) for key in wanted().things if not isinstance(key, File)} == {
        key: value for key, value in wanted().things.items() if not isinstance(key, File)
    }
    assert {path: files[path] for path in FILES} == FILES
    assert MAIL not in kernel
    assert Server(HTTP, "192.0.2.12", 80) not in kernel
    assert FOREIGN in kernel
    assert kernel[RATE] == SettingValue(1000)
    assert fake.store.journal() is None


def test_again_there_is_nothing_to_do(host: Host) -> None:
    fake = host()
    apply(fake)
    current = fake.store.current()
    live = fake.read([*wanted().things, *current.owned, *(key for key in fake.kernel if isinstance(key, Setting))])
    assert make(live, wanted(), current.owned).empty


def new_host(host: Host) -> tuple[dict[Key, Value], dict[str, bytes | str]]:
    fake = host()
    apply(fake)
    return fake.all()


def test_killed_anywhere_then_recovered_it_is_old_or_new(host: Host) -> None:
    old, new = host().all(), new_host(host)
    seen = {"old": 0, "new": 0}
    for number in range(len(points(host))):
        fake = host()
        killed(fake, number, apply)
        undone = recover(fake, fake.store)
        assert undone is None or undone.whole
        committed = fake.store.current().generation == 1
        if committed:
            assert see_off(fake, fake.store, wanted(), 0.0) == ()
        assert fake.all() == (new if committed else old), f"killed at {points(host)[number]}"
        seen["new" if committed else "old"] += 1
    assert seen["old"] > 20
    assert seen["new"] > 2


def test_killed_anywhere_then_applied_again_it_is_new(host: Host) -> None:
    new = new_host(host)
    for number in range(len(points(host))):
        fake = host()
        killed(fake, number, apply)
        assert apply(fake).ending is Ending.COMMITTED
        assert fake.all() == new


def test_killed_twice_it_is_old_or_new(host: Host) -> None:
    """Once in the apply, once in its recovery, at every second point of both."""
    old, new = host().all(), new_host(host)
    total = len(points(host))
    for first in range(0, total, 3):
        for second in range(0, 40, 5):
            fake = host()
            killed(fake, first, apply)
            killed(fake, second, lambda each: recover(each, each.store))
            undone = recover(fake, fake.store)
            assert undone is None or undone.whole
            if fake.store.current().generation == 1:
                see_off(fake, fake.store, wanted(), 0.0)
                assert fake.all() == new
            else:
                assert fake.all() == old


def test_a_disk_full_anywhere_rolls_back_or_ends_later(host: Host) -> None:
    old, new = host().all(), new_host(host)
    for number, name in enumerate(points(host)):
        if "sync" not in name and "rename" not in name:
            continue
        fake = host()
        fake.point = at(number, full)
        try:
            outcome = apply(fake)
        except Refused:
            assert fake.all() == old
            assert fake.store.journal() is None
            continue
        except (LvscError, OSError):
            outcome = None
        if outcome is not None and outcome.ending is Ending.ROLLED_BACK:
            assert fake.all() == old, name
        fake.point = lambda name: None
        recover(fake, fake.store)
        assert apply(fake).ending is Ending.COMMITTED
        assert fake.all() == new, name


def test_a_failing_kernel_step_rolls_back(host: Host) -> None:
    old = host().all()
    for number, name in enumerate(points(host)):
        if not name.startswith(("before", "after")):
            continue
        fake = host()

        def refuse(number: int = number) -> None:
            raise LvscError(f"the kernel refuses {number}")

        fake.point = at(number, refuse)
        try:
            outcome = apply(fake)
        except LvscError:
            assert fake.store.current().generation == 1
            continue
        assert outcome.ending is Ending.ROLLED_BACK
        assert "the kernel refuses" in outcome.why
        assert fake.all() == old


def test_what_somebody_else_changes_meanwhile_is_told_and_left(host: Host) -> None:
    passed = points(host)
    number = passed.index("before address")
    fake = host()
    key = Server(HTTP, "192.0.2.11", 80)

    def meddle() -> None:
        fake.kernel[key] = ServerValue("dr", 77)

    fake.point = at(number, meddle)
    outcome = apply(fake)
    assert outcome.ending is Ending.INCOMPLETE
    assert "read back" in outcome.why
    assert [text for text in outcome.left if "changed by somebody else" in text]
    expected = before() | {key: ServerValue("dr", 77)}
    assert fake.kernel == expected


def test_a_machine_restarted_gets_its_files_back(host: Host) -> None:
    for number in range(len(points(host))):
        fake = host()
        killed(fake, number, apply)
        committed = fake.store.current().generation == 1
        journal = fake.store.journal()
        fake.kernel, fake.boot = before(), "boot-2"
        undone = recover(fake, fake.store, booting=True)
        assert undone is None or undone.whole
        if not committed and (journal is None or journal.phase != "committed"):
            assert fake.all()[1] == host().all()[1]


def test_a_probe_that_fails_rolls_back(host: Host) -> None:
    fake = host()
    outcome = apply(fake, Manner(confirm_within=None, probe=lambda: "no answer from http"))
    assert outcome.ending is Ending.ROLLED_BACK
    assert outcome.why == "the probe failed: no answer from http"
    assert fake.all() == host().all()


def test_connections_that_do_not_end_keep_the_method(host: Host) -> None:
    fake = host()
    fake.busy = {Server(HTTP, "192.0.2.13", 80): 3}
    outcome = apply(fake, Manner(confirm_within=None, drain=0.0))
    assert outcome.ending is Ending.ROLLED_BACK
    assert "still has 3 connections" in outcome.why
    assert fake.all() == host().all()


def test_what_still_has_connections_leaves_later(host: Host) -> None:
    fake = host()
    leaving = Server(HTTP, "192.0.2.12", 80)
    fake.busy = {leaving: 2}
    target = wanted()
    current = fake.store.current()
    plan = make(fake.read([*target.things, *current.owned]), target, current.owned)
    assert perform(fake, fake.store, plan, target, Manner(confirm_within=None)).ending is Ending.COMMITTED
    rest = see_off(fake, fake.store, target, 0.0)
    assert [each.key for each in rest] == [leaving]
    assert fake.kernel[leaving] == ServerValue("dr", 0)
    assert MAIL not in fake.kernel
    fake.busy = {}
    assert see_off(fake, fake.store, target, 0.0) == ()
    assert leaving not in fake.kernel


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_a_signal_anywhere_before_the_commit_rolls_back(host: Host, signal: type[BaseException]) -> None:
    old, passed = host().all(), points(host)

    def end() -> None:
        raise signal

    for number in range(passed.index("before setting"), passed.index("sync current.json"), 3):
        fake = host()
        fake.point = at(number, end)
        with pytest.raises(signal):
            apply(fake)
        fake.point = lambda name: None
        if fake.store.current().generation == 0:
            assert fake.all() == old, passed[number]
        assert fake.store.journal() is None


def test_killed_while_a_service_goes_to_keepalived_it_is_as_before_or_keepalived_has_it(host: Host) -> None:
    old, new = host().all(), host()
    assert apply(new, target=given()).ending is Ending.COMMITTED
    assert new.of_daemon == [HTTP]
    assert HTTP not in new.store.current().owned
    told = set()
    for number in range(1, 100):
        fake = host()
        if not _killed(fake, number):
            break
        undone = recover(fake, fake.store)
        assert undone is None or undone.whole
        if fake.store.current().generation:
            see_off(fake, fake.store, given(), 0.0)
        seen = (fake.all(), fake.of_daemon)
        assert seen in ((old, []), (new.all(), [HTTP])), number
        told.add(seen == (old, []))
    assert told == {True, False}
    assert number > 15


def _killed(fake: FakeHost, number: int) -> bool:
    """Killed at a point of handing over; False when it passes fewer."""
    passed = 0

    def point(name: str) -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            raise Killed(name)

    fake.point = point
    try:
        apply(fake, target=given())
    except Killed:
        return True
    finally:
        fake.point = lambda name: None
    return False


def test_a_real_server_does_not_leave_while_its_service_goes_to_keepalived(host: Host) -> None:
    fake, target = host(), given()
    table = {key: value for key, value in target.table.items() if key != Server(HTTP, "192.0.2.12", 80)}
    plan = make(fake.read([*target.things, *OWNED]), replace(target, table=table), OWNED)
    (said,) = plan.refusals
    assert said.startswith(f"{HTTP} goes to keepalived and loses 192.0.2.12:80")
    assert said.endswith("apply the one change, then the other")
