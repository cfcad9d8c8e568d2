"""The IPVS table by lvsc and by ipvsadm, in one run of a user-mode Linux; wall time, in which system calls are dear."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lvsc.lab import uml
from lvsc.lab.boot_program import Program

MODULES = ("ip_vs", "ip_vs_wlc", "ip_vs_mh", "dummy")
ROWS = (
    ("load", "IPVS table, 1000 x 10: ipvsadm -R / lvsc, UML wall", ">= 60x"),
    ("mh", "10 mh services x 1000: ipvsadm -R / lvsc, UML wall", ">= 15x"),
    ("change", "1 % of a live 1000 x 10: ipvsadm-restore / lvsc", ">= 6x"),
    ("read", "reading 1000 x 10: ipvsadm -Sn / lvsc (reads twice)", ">= 0.6x"),
)


def tables() -> Iterator[tuple[str, str, str, str]]:
    """Rows of what, how often faster, the goal, and the seconds of both."""
    with tempfile.TemporaryDirectory() as name:
        ran = uml.run(Program(Path(__file__).with_name("table_guest.py"), Path(name), MODULES, 300))
        assert ran.exit_code == 0, ran.log
        found = json.loads((Path(name) / "results").read_text())
    for key, what, goal in ROWS:
        ours, theirs = found[key]
        yield what, f"{theirs / ours:.1f}x", goal, f"{theirs:.2f} / {ours:.3f} s"
