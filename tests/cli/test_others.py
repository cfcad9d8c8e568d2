"""init, explain, schema, graph, rehearse, help."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lvsc.rules.pages import PAGES
from tests.cli.conftest import LVSC, Run
from tests.conftest import ROOT

COMMANDS = ["init", "lint", "compile", "diff", "rehearse", "walk", "test", "graph", "explain", "schema"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_shows_an_example(command: str, lvsc: Run) -> None:
    assert f"Example: lvsc {command}" in lvsc(command, "--help").stdout


def test_a_new_user_gets_from_init_to_a_compiled_tree(lvsc: Run, tmp_path: Path) -> None:
    assert lvsc("init", cwd=tmp_path).returncode == 0
    assert lvsc("lint", cwd=tmp_path).stderr == "lvsc: no findings\n"
    assert lvsc("compile", cwd=tmp_path).returncode == 0
    assert (tmp_path / "build" / "lvs1").is_dir()


def test_init_never_overwrites(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "lvsc.yaml").write_text("mine")
    done = lvsc("init", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "lvsc.yaml").read_text()) == (3, "mine")
    assert "lvsc.yaml is already there" in done.stderr


@pytest.mark.parametrize("name", PAGES)
def test_every_finding_has_a_page(name: str, here: Run) -> None:
    page = here("explain", name).stdout
    assert page.startswith(f"{name}\n{'=' * len(name)}\n")
    assert re.findall(r"^(Why it hurts|Wrong|Right|Source)$", page, re.M) == [
        "Why it hurts",
        "Wrong",
        "Right",
        "Source",
    ]


def test_explain_lists_all_and_knows_what_was_meant(lvsc: Run) -> None:
    assert len(lvsc("explain").stdout.splitlines()) == len(PAGES)
    done = lvsc("explain", "port-remp")
    assert done.returncode == 3
    assert 'did you mean "port-remap"?' in done.stderr


def test_schema_prints_the_published_schema(lvsc: Run) -> None:
    assert lvsc("schema").stdout == (ROOT / "schemas" / "topology.schema.json").read_text()


@pytest.mark.parametrize(("form", "start"), [("mermaid", "flowchart LR\n"), ("dot", "digraph"), ("svg", "<svg")])
def test_graph_draws(form: str, start: str, lvsc: Run) -> None:
    done = lvsc("graph", "examples/dr-pair.yaml", "-f", form)
    assert done.returncode == 0
    assert done.stdout.startswith(start)


def test_the_picture_in_the_readme_is_current(lvsc: Run) -> None:
    drawn = lvsc("graph", "examples/dr-pair.yaml", "-f", "svg").stdout
    ElementTree.fromstring(drawn)
    assert (ROOT / "docs" / "dr-pair.svg").read_text() == drawn


def test_rehearse_prints_who_answered(lvsc: Run) -> None:
    done = lvsc("rehearse", "examples/dr-minimal.yaml")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^http +internet to 192\.0\.2\.100:80/tcp +works +web1 4, web2 4$", done.stdout, re.M)
    assert done.stderr == ""


def test_rehearse_of_a_mistake_says_where_packets_died(lvsc: Run) -> None:
    done = lvsc("rehearse", "examples/broken/nat-former-gateway.yaml", "--json")
    assert done.returncode == 1
    (web,) = [probe for probe in json.loads(done.stdout)["probes"] if probe["service"] == "web"]
    assert (web["verdict"], list(web["answers"]), web["silent"]) == ("partial", ["app1"], ["app2"])
    assert web["deaths"] == ["2 x timeout: director lvs1 sent it to app2, nothing came back"]


def test_rehearse_with_a_sample_plays_fewer_real_servers(lvsc: Run) -> None:
    done = lvsc("rehearse", "examples/dr-ranges.yaml", "--sample", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert all(len(probe["answers"]) <= 4 for probe in json.loads(done.stdout)["probes"])


def test_an_unmarked_kernel_is_refused_for_marks(lvsc: Run) -> None:
    done = lvsc("rehearse", "examples/fwmark-web.yaml", "--backend", "uml")
    assert done.returncode == 3
    assert "use qemu or host" in done.stderr


def _hearing() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminate", "interrupt"])
def test_a_stopped_rehearsal_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    command = [str(LVSC), "rehearse", str(ROOT / "examples" / "dr-pair.yaml")]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    # A shell starts what runs in the background deaf to interrupts, and so would be what these tests start.
    running = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=_hearing
    )
    ends = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < ends:
        time.sleep(0.05)
    time.sleep(1)
    running.send_signal(number)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 128 + number
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
