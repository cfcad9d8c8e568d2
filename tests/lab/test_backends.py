"""The lab's backends: each boots a real kernel and runs a program in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lvsc.lab import boot_process, qemu, uml
from lvsc.lab.boot_program import Program, Ran

ROOT = Path(__file__).parents[2]

LOOKS_AROUND = """
import json, os, pathlib, subprocess, sys

def sh(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    return done.stdout + done.stderr

def writable(path):
    try:
        pathlib.Path(path, "written").write_text("x")
    except OSError:
        return False
    return True

print("looks around", flush=True)
folder = pathlib.Path(sys.argv[1])
sh("ip netns add d && ip -n d link set lo up")
sh("ip netns exec d ipvsadm -A -t 192.0.2.10:80 -s wlc")
sh("ip netns exec d ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.11:80 -g -w 3")
said = {
    "release": os.uname().release,
    "root": os.getuid() == 0,
    "lo": sh("ip -br link show lo"),
    "links": sh("ip netns exec d ip -br link"),
    "ipvs": sh("ip netns exec d ipvsadm -Sn"),
    "writable": [p for p in ("/run", "/tmp", "/var/lib", "/etc", "/usr") if writable(p)],
    "given": (folder / "given").read_text(),
}
(folder / "said.json").write_text(json.dumps(said))
(folder / "deep").mkdir()
(folder / "deep" / "file").write_bytes(bytes(range(256)) * 400)
"""

MARKS = """
import pathlib, subprocess, sys
subprocess.run(["nft", "add table inet lvsc"], check=True)
chain = "add chain inet lvsc c { type filter hook prerouting priority -150; }"
subprocess.run(["nft", chain], check=True)
subprocess.run(["nft", "add rule inet lvsc c tcp dport 80 meta mark set 7"], check=True)
said = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True).stdout
pathlib.Path(sys.argv[1], "rules").write_text(said)
"""

RUNS_HOST = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
sys.path[:0] = json.loads((folder / "path.json").read_text())
from lvsc.lab import host
from lvsc.lab.boot_program import Program
before = sorted(os.listdir("/run"))
inner = Program(folder / "inner.py", folder, ("ip_vs", "no_such_module"), 300.0)
ran = host.run(inner)
sleepers = [p for p in pathlib.Path("/proc").glob("[0-9]*/comm") if p.read_text() == "sleep\\n"]
(folder / "outer.json").write_text(json.dumps({
    "missing": host.missing(), "left": sorted(os.listdir("/run")) != before,
    "sleepers": len(sleepers), "namespace": os.readlink("/proc/self/ns/net"),
    "exit_code": ran.exit_code, "log": ran.log,
}))
"""

INNER = """
import json, os, pathlib, subprocess, sys
print("inner runs", flush=True)
subprocess.Popen(["sleep", "1000"])
subprocess.run("ip netns add d && ip -n d link set lo up", shell=True, check=True)
subprocess.run("ip netns exec d ipvsadm -A -t 192.0.2.10:80 -s rr", shell=True, check=True)
pathlib.Path(sys.argv[1], "inner.json").write_text(json.dumps({
    "namespace": os.readlink("/proc/self/ns/net"), "run": os.listdir("/run"),
}))
sys.exit(3)
"""

AS_ANYONE = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
from lvsc.lab import uml
from lvsc.lab.boot_program import Program
ran = uml.run(Program(folder / "job" / "p.py", folder / "job", ("ip_vs",), 400.0))
print(ran.finished, ran.exit_code, ran.log)
"""


def program(folder: Path, source: str, modules: tuple[str, ...] = ("ip_vs",), time_limit: float = 400.0) -> Program:
    script = folder / "program.py"
    script.write_text(source)
    return Program(script, folder, modules, time_limit)


def run_until(
    run: Callable[[Program], Ran], make: Callable[[float], Program], begun: Callable[[Ran], bool], first: float
) -> tuple[float, Ran]:
    """Run with ever longer limits until the program has begun: how long a boot takes depends on what else runs."""
    for limit in (first, 3 * first, 10 * first):
        ran = run(make(limit))
        if begun(ran):
            break
    return limit, ran


@pytest.fixture(scope="session")
def lab_kernel() -> None:
    if qemu.find_kernel(qemu.kernel_roots()) is None:
        subprocess.run([ROOT / "scripts" / "fetch-lab-kernel"], check=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may read and write; pytest's are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


def leftovers(word: str) -> list[str]:
    """Processes with the word in their command that do not end within five seconds: a killed one takes a moment."""
    ends = time.monotonic() + 5
    while True:
        found = [path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if word.encode() in _read(path)]
        if not found or time.monotonic() > ends:
            return found
        time.sleep(0.05)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def check_looked_around(folder: Path) -> dict[str, object]:
    said: dict[str, object] = json.loads((folder / "said.json").read_text())
    assert said["root"] is True
    assert "UNKNOWN" in str(said["lo"])
    assert [line.split()[0] for line in str(said["links"]).splitlines()] == ["lo"]
    assert said["ipvs"] == ("-A -t 192.0.2.10:80 -s wlc\n-a -t 192.0.2.10:80 -r 10.0.0.11:80 -g -w 3\n")
    assert said["given"] == "by the caller"
    assert (folder / "deep" / "file").read_bytes() == bytes(range(256)) * 400
    assert (folder / "modules.missing").read_text() == "no_such_module\n"
    return said


MODULES = ("ip_vs", "ipip", "no_such_module", "veth")


def test_uml_runs_a_program_on_ipvs(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("by the caller")
    lines: list[str] = []
    ran = uml.run(program(tmp_path, LOOKS_AROUND, MODULES), lines.append)
    assert (ran.finished, ran.exit_code) == (True, 0), ran.log
    assert "looks around" in lines
    said = check_looked_around(tmp_path)
    assert said["writable"] == ["/run", "/tmp", "/var/lib"]
    assert said["release"] != os.uname().release
    assert not Path("/tmp/written").exists()


def test_uml_tells_a_crash(tmp_path: Path) -> None:
    ran = uml.run(program(tmp_path, "def f():\n    raise KeyError('x')\nf()\n", ()))
    assert (ran.finished, ran.exit_code) == (True, 1)
    assert "Traceback (most recent call last):" in ran.log
    assert "KeyError: 'x'" in ran.log


def test_uml_ends_a_program_at_the_time_limit(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(open_folder))
    source = "import time\nprint('sleeps')\ntime.sleep(1000)\n"
    make, begun = (lambda limit: program(tmp_path, source, (), limit)), (lambda ran: "sleeps" in ran.log)
    limit, ran = run_until(uml.run, make, begun, 6.0)
    assert (ran.finished, ran.exit_code) == (False, None)
    assert "sleeps" in ran.log
    assert limit - 1 < ran.seconds < limit + 30
    assert leftovers(str(open_folder)) == []
    assert list(open_folder.iterdir()) == []


def test_uml_ends_when_the_caller_is_killed(tmp_path: Path) -> None:
    job = program(tmp_path, "print('spins')\nwhile True: pass\n", ())
    source = (
        f"import sys, os; sys.path[:0] = {[str(ROOT), *sys.path]!r}\n"
        "from pathlib import Path\n"
        "from lvsc.lab import uml\nfrom lvsc.lab.boot_program import Program\n"
        f"job = Program(Path({str(job.script)!r}), Path({str(job.folder)!r}), (), 400.0)\n"
        "uml.run(job, lambda line: line == 'spins' and os.kill(os.getpid(), 9))\n"
    )
    with tempfile.TemporaryDirectory(prefix="lvsc-killed-") as boot:
        caller = subprocess.run([sys.executable, "-c", source], env={**os.environ, "TMPDIR": boot}, check=False)
        assert caller.returncode == -9
        wait_until_gone(boot)


def wait_until_gone(word: str) -> None:
    for _ in range(30):
        if not leftovers(word):
            return
        subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail(f"still runs: {leftovers(word)}")


def test_uml_needs_no_root(open_folder: Path) -> None:
    """Copies the backend, for a checkout may lie where only its owner can read."""
    (open_folder / "lvsc" / "finding").mkdir(parents=True)
    (open_folder / "lvsc" / "finding" / "__init__.py").write_text("class LvscError(Exception):\n    remedy = ''\n")
    shutil.copytree(ROOT / "lvsc" / "lab", open_folder / "lvsc" / "lab")
    (open_folder / "job").mkdir()
    (open_folder / "job").chmod(0o777)
    (open_folder / "job" / "p.py").write_text(
        "import os, sys\nprint('uid', os.getuid())\nopen(sys.argv[1] + '/done', 'w').close()\n"
    )
    (open_folder / "as_anyone.py").write_text(AS_ANYONE)
    root = os.geteuid() == 0
    ran = subprocess.run(
        ["/usr/bin/python3" if root else sys.executable, open_folder / "as_anyone.py", open_folder],
        user="nobody" if root else None,
        extra_groups=[] if root else None,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.startswith("True 0 "), ran.stdout + ran.stderr
    assert "uid 0" in ran.stdout
    assert (open_folder / "job" / "done").stat().st_uid != 0 or not root


def test_host_runs_a_program_in_namespaces_of_its_own(tmp_path: Path) -> None:
    """Inside UML: this machine's own kernel may have no ip_vs."""
    (tmp_path / "inner.py").write_text(INNER)
    (tmp_path / "path.json").write_text(json.dumps([str(ROOT), *filter(None, sys.path)]))
    ran = uml.run(program(tmp_path, RUNS_HOST, ()))
    assert (ran.finished, ran.exit_code) == (True, 0), ran.log
    outer = json.loads((tmp_path / "outer.json").read_text())
    inner = json.loads((tmp_path / "inner.json").read_text())
    assert outer["missing"] is None
    assert (outer["exit_code"], outer["left"], outer["sleepers"]) == (3, False, 0)
    assert "inner runs" in outer["log"]
    assert inner["namespace"] != outer["namespace"]
    assert "netns" in inner["run"]
    assert (tmp_path / "modules.missing").read_text() == "no_such_module\n"


@pytest.mark.usefixtures("lab_kernel")
def test_qemu_runs_a_program_on_ipvs(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("by the caller")
    lines: list[str] = []
    source = LOOKS_AROUND + MARKS + "print(os.cpu_count(), 'CPUs')\nsys.exit(4)\n"
    ran = qemu.run(program(tmp_path, source, MODULES), lines.append)
    assert (ran.finished, ran.exit_code) == (True, 4), ran.log
    assert {"looks around", "2 CPUs"} <= set(lines)
    check_looked_around(tmp_path)
    assert "tcp dport 80 meta mark set 0x00000007" in (tmp_path / "rules").read_text()


@pytest.mark.usefixtures("lab_kernel")
def test_qemu_brings_what_was_written_before_the_time_limit(tmp_path: Path) -> None:
    source = "import pathlib, sys, time\npathlib.Path(sys.argv[1], 'so_far').write_text('yes')\ntime.sleep(1000)\n"
    written = tmp_path / "so_far"
    _, ran = run_until(qemu.run, lambda limit: program(tmp_path, source, (), limit), lambda _: written.exists(), 15.0)
    assert (ran.finished, ran.exit_code) == (False, None)
    assert written.read_text() == "yes"


def test_a_command_that_leaves_a_child_is_ended_with_it() -> None:
    ended = boot_process.run(["sh", "-c", "sleep 4321 & echo started; printf open"], dict(os.environ), 400.0)
    assert (ended.exit_code, ended.log) == (0, "started\nopen")
    assert ended.seconds < 60
    wait_until_gone("4321")
