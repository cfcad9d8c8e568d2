"""Run as root in the lab's kernel: the commands as people and machines give them. Writes what each said and did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LVSC = [sys.executable, "-m", "lvsc"]
TOPOLOGY = ROOT / "examples" / "dr-minimal.yaml"
FOLDERS = ["--root", "/run/root", "--state", "/run/state"]
SETUP = """\
ip netns add d
ip link add eth0 netns d type veth peer name x
ip -n d link set lo up
ip -n d link set eth0 up
ip link set x up
ip -n d address add 192.0.2.2/24 dev eth0
ip -n d route add default via 192.0.2.1
"""
found: dict[str, Any] = {}
environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def command(*words: object) -> list[str]:
    return ["ip", "netns", "exec", "d", *map(str, words)]


def run(name: str, *words: object, before: tuple[str, ...] = ()) -> None:
    """Run lvsc and keep what it said, and the table afterwards."""
    done = subprocess.run(
        command(*before, *LVSC, *words, *FOLDERS),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=400,
    )
    keep(name, done.returncode, done.stdout, done.stderr)


def keep(name: str, code: int | None, out: str, err: str) -> None:
    found[name] = {"code": code, "out": out, "err": err, "table": table(), "address": address()}
    print(name, code, flush=True)


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*LVSC, *words, *FOLDERS),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def table() -> str:
    return subprocess.run(command("ipvsadm", "-Sn"), capture_output=True, text=True, check=True).stdout


def address() -> bool:
    shown = subprocess.run(command("ip", "-o", "address"), capture_output=True, text=True, check=True).stdout
    return "192.0.2.100/32" in shown


def until(what: str, seconds: float = 200.0) -> None:
    """Wait until the state folder says so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        journal = Path("/run/state/journal.json")
        try:
            phase = json.loads(journal.read_text())["phase"] if journal.exists() else "none"
        except ValueError:
            phase = "?"
        if phase == what:
            return
        time.sleep(0.1)


def other(name: str, old: str, new: str) -> Path:
    path = Path("/run", name)
    path.write_text(TOPOLOGY.read_text().replace(old, new))
    return path


def refusals() -> None:
    """Nothing may be touched: first, on a host that has nothing yet."""
    host = (TOPOLOGY, "--host", "lvs1")
    run("ordinary user", "apply", *host, before=("setpriv", "--reuid=65534", "--clear-groups"))
    run("without the capability", "apply", *host, before=("setpriv", "--bounding-set=-net_admin"))
    run("nobody of this name", "apply", TOPOLOGY, "--host", "lvs9")
    run("rollback of nothing", "rollback")
    run("drift of nothing", "drift")
    run("dry run", "apply", *host, "--dry-run")
    fake = Path("/run/fake")
    fake.mkdir()
    (fake / "modprobe").write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    (fake / "modprobe").chmod(0o755)
    missing = other("missing.yaml", "scheduler: wlc", "scheduler: lblcr")
    run(
        "without the module", "apply", missing, "--host", "lvs1", before=("env", f"PATH=/run/fake:{os.environ['PATH']}")
    )


def confirmations() -> None:
    host = (TOPOLOGY, "--host", "lvs1", "--confirm", "manual")
    run("not confirmed", "apply", *host, "--confirm-timeout", 3)
    process = start("apply", *host, "--confirm-timeout", 40)
    until("pending")
    keep("pending", None, "", "")
    run("a second one while pending", "apply", TOPOLOGY, "--host", "lvs1")
    process.kill()
    process.wait()
    run("status while pending", "status", "--json")
    until("none")
    time.sleep(3)
    keep("killed while pending", None, "", "")
    process = start("apply", *host, "--confirm-timeout", 300)
    until("pending")
    run("confirm", "confirm")
    out, err = process.communicate(timeout=300)
    keep("confirmed elsewhere", process.returncode, out, err)
    time.sleep(1)
    run("status", "status")


def changes() -> None:
    host = ("--host", "lvs1")
    run("again", "apply", TOPOLOGY, *host)
    run("no drift", "drift")
    changed = other("changed.yaml", "scheduler: wlc", "scheduler: mh")
    run("probe fails", "apply", changed, *host, "--probe", "false")
    run("plan", "plan", changed, *host, "--out", "/run/plan.json", "--detailed-exitcode", "--undo")
    subprocess.run(command("ipvsadm", "-e", "-t", "192.0.2.100:80", "-r", "192.0.2.11:80", "-g", "-w", "9"), check=True)
    run("drift", "drift", "--json", "--prom", "/run/lvsc.prom")
    found["prom"] = Path("/run/lvsc.prom").read_text()
    run("stale plan", "apply", "/run/plan.json")
    run("plan anew", "plan", changed, *host, "--out", "/run/plan.json")
    run("plan applied", "apply", "/run/plan.json")
    run("drain", "drain", "web1")
    run("drained stays", "apply", changed, *host)
    run("undrain", "undrain", "web1")
    fewer = other("fewer.yaml", "[web1, web2]", "[web2]")
    run("real server removed", "apply", fewer, *host)
    run("rollback", "rollback")
    run("history", "history")


def boots() -> None:
    """The namespace thrown away, then the boot unit's command."""
    subprocess.run(["ip", "netns", "delete", "d"], check=True)
    subprocess.run(["sh", "-e"], input=SETUP, text=True, check=True)
    keep("restarted", None, "", "")
    run("boot", "boot")
    run("nothing after boot", "apply", other("changed.yaml", "scheduler: wlc", "scheduler: mh"), "--host", "lvs1")


def main() -> None:
    subprocess.run(["sh", "-e"], input=SETUP, text=True, check=True)
    for part in (refusals, confirmations, changes, boots):
        part()
    (Path(sys.argv[1]) / "results").write_text(json.dumps(found))


main()
