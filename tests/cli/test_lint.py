"""`lvsc lint` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lvsc.report import FORMS
from tests.cli.conftest import Run
from tests.conftest import ROOT

BROKEN = "examples/broken/dr-answers-arp.yaml"
FULL = """\
error[real-server-answers-arp]: real server old1 answers ARP for VIP 192.0.2.100 (arp_ignore is 0 on eth0)
  --> examples/broken/dr-answers-arp.yaml:20:39
   |
20 |         net.ipv4.conf.all.arp_ignore: 0
   |                                       ^
  ::: examples/broken/dr-answers-arp.yaml:24:3
   |
24 |   web: {address: 192.0.2.100, network: lan}
   |   --- the VIP it takes over
   = hop: internet eth0: sends it to 198.18.0.1 (default via 198.18.0.1)
   = hop: internet eth0: asks who has 198.18.0.1 as 198.18.0.10 (net.ipv4.conf.eth0.arp_announce = 0)
   = hop: upstream lvsc-out1: answers for 198.18.0.1 (net.ipv4.conf.lvsc-out1.arp_ignore = 0)
   = hop: upstream eth0: forwards it to 192.0.2.100 (192.0.2.0/24 dev eth0)
   = hop: upstream eth0: asks who has 192.0.2.100 as 192.0.2.1
   = hop: old1 eth0: answers for 192.0.2.100 (net.ipv4.conf.eth0.arp_ignore = 0)
   = hop: lvs1 eth0: answers for 192.0.2.100 (net.ipv4.conf.eth0.arp_ignore = 0)
   = hop: old1 eth0: sends it to 192.0.2.1 (default via 192.0.2.1)
   = hop: upstream lvsc-out1: forwards it to 198.18.0.10 (198.18.0.0/21 dev lvsc-out1)
   = hop: internet eth0: has its answer from old1
   = help: set net.ipv4.conf.all.arp_ignore: 1 on old1

"""


def test_a_clean_topology_says_so_on_standard_error(lvsc: Run) -> None:
    done = lvsc("lint", "examples/dr-pair.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "lvsc: no findings\n")


def test_a_finding_has_snippet_caret_note_and_help(lvsc: Run) -> None:
    done = lvsc("lint", BROKEN)
    assert (done.returncode, done.stdout, done.stderr) == (1, FULL, "lvsc: 1 error\n")


def test_colour_only_when_asked_or_on_a_terminal(lvsc: Run) -> None:
    assert "\x1b[" in lvsc("lint", BROKEN, "--color", "always").stdout
    assert "\x1b[" in lvsc("lint", BROKEN, FORCE_COLOR="1").stdout
    assert "\x1b[" not in lvsc("lint", BROKEN, NO_COLOR="1", FORCE_COLOR="1").stdout


def test_concise_is_a_line_for_each(lvsc: Run) -> None:
    done = lvsc("lint", BROKEN, "-o", "concise")
    assert done.stdout.startswith(
        "examples/broken/dr-answers-arp.yaml:20:39: error[real-server-answers-arp] real server old1"
    )


def test_json_is_whole_also_without_findings(lvsc: Run) -> None:
    document = json.loads(lvsc("lint", "examples/dr-minimal.yaml", "-o", "json").stdout)
    assert document == {"version": 1, "findings": [], "hidden": []}


def test_several_reports_in_one_run(lvsc: Run, tmp_path: Path) -> None:
    target = tmp_path / "findings.json"
    done = lvsc("lint", BROKEN, "-o", "concise", "-o", f"json={target}")
    (finding,) = json.loads(target.read_text())["findings"]
    assert (finding["line"], finding["column"], finding["end_column"]) == (20, 39, 40)
    assert len(done.stdout.splitlines()) == 1


def test_fail_on_decides_the_exit_code_not_the_output(lvsc: Run) -> None:
    assert lvsc("lint", BROKEN, "--fail-on", "never").returncode == 0
    assert lvsc("lint", BROKEN, LVSC_FAIL_ON="never").returncode == 0
    assert lvsc("lint", BROKEN, "--fail-on", "never", "-o", "json").returncode == 0


def test_standard_input(lvsc: Run) -> None:
    done = lvsc("lint", "-", text="lvsc: 1\nnetworks: {lan: {subnt: 192.0.2.0/24}}\n", NO_COLOR="1")
    assert done.returncode == 1
    assert (
        'error[unknown-key]: unknown key `subnt` in `networks.lan`, did you mean "subnet"?\n --> -:2:18' in done.stdout
    )


def test_a_folder_stands_for_its_files(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("lvsc: 1\nnetworks: {lan: {subnet: 192.0.2.0/24}}\n")
    (tmp_path / "b.yml").write_text("lvsc: 1\nnetworks: {lan: {subnet: 10.0.0.0/24}}\n")
    done = lvsc("lint", ".", cwd=tmp_path)
    assert "networks has `lan` twice" in done.stdout
    assert "--> b.yml:2:12" in done.stdout
    assert "::: a.yaml:2:12" in done.stdout


def test_what_cannot_be_read_is_exit_code_3(lvsc: Run, tmp_path: Path) -> None:
    done = lvsc("lint", "nowhere.yaml")
    assert (done.returncode, done.stderr) == (3, "lvsc: cannot read nowhere.yaml: No such file or directory\n")
    done = lvsc("lint", cwd=tmp_path)
    assert done.returncode == 3
    assert "no topology file here" in done.stderr


def test_a_wrong_option_is_exit_code_2(lvsc: Run) -> None:
    assert lvsc("lint", "--no-such-option").returncode == 2
    assert lvsc("lint", "-o", "html", BROKEN).returncode == 2


def test_a_hostile_string_cannot_drive_the_terminal(lvsc: Run) -> None:
    done = lvsc("lint", "-", text='lvsc: 1\n"\\e]0;owned\\a\\e[2J": 1\n')
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout


def test_a_closed_pipe_is_no_traceback(lvsc: Run) -> None:
    done = lvsc("lint", BROKEN, "-o", "json=/dev/full")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", FORMS)
def test_the_exit_code_never_depends_on_the_form(name: str, lvsc: Run) -> None:
    assert lvsc("lint", BROKEN, "-o", name).returncode == 1
    done = lvsc("lint", "examples/dr-minimal.yaml", "-o", name)
    assert (done.returncode, done.stderr) == (0, "lvsc: no findings\n")


def test_a_document_has_standard_output_to_itself(lvsc: Run, tmp_path: Path) -> None:
    done = lvsc("lint", BROKEN, "-o", "sarif", "-o", "github")
    assert done.returncode == 2
    assert "sarif=FILE" in done.stderr
    target = tmp_path / "lvsc.sarif"
    done = lvsc("lint", BROKEN, "-o", f"sarif={target}", "-o", "github", LVSC_RULES_URL="https://docs.example/{rule}")
    assert done.stdout.startswith("::error file=examples/broken/dr-answers-arp.yaml,line=20,")
    (rule,) = json.loads(target.read_text())["runs"][0]["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://docs.example/real-server-answers-arp"


def test_files_are_named_as_in_their_repository(lvsc: Run) -> None:
    done = lvsc("lint", "dr-answers-arp.yaml", "-o", "github", cwd=ROOT / "examples" / "broken")
    assert done.stdout.startswith("::error file=examples/broken/dr-answers-arp.yaml,line=20,")
