"""`lvsc compile`: a tree that is whole or not there."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.conftest import ROOT

EXAMPLE = str(ROOT / "examples" / "dr-minimal.yaml")
BROKEN = str(ROOT / "examples" / "broken" / "dr-answers-arp.yaml")


def files(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_it_writes_a_tree_for_each_host_and_a_manifest(lvsc: Run, tmp_path: Path) -> None:
    done = lvsc("compile", EXAMPLE, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    found = files(tmp_path / "build")
    assert found["lvs1/etc/lvsc/ipvsadm.rules"].startswith("-A -t 192.0.2.100:80 -s wlc\n")
    assert set(json.loads(found["manifest.json"])["files"]) == set(found) - {"manifest.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


def test_writing_again_gives_the_same_bytes(lvsc: Run, tmp_path: Path) -> None:
    lvsc("compile", EXAMPLE, cwd=tmp_path)
    first = files(tmp_path / "build")
    assert lvsc("compile", EXAMPLE, cwd=tmp_path).returncode == 0
    assert files(tmp_path / "build") == first


def test_check_says_what_is_not_current(lvsc: Run, tmp_path: Path) -> None:
    lvsc("compile", EXAMPLE, cwd=tmp_path)
    assert lvsc("compile", EXAMPLE, "--check", cwd=tmp_path).returncode == 0
    (tmp_path / "build/lvs1/etc/lvsc/ipvsadm.rules").write_text("")
    (tmp_path / "build/web1/etc/sysctl.d/90-lvsc.conf").unlink()
    (tmp_path / "build/more").write_text("")
    done = lvsc("compile", EXAMPLE, "--check", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[:3] == [
        "missing: web1/etc/sysctl.d/90-lvsc.conf",
        "differs: lvs1/etc/lvsc/ipvsadm.rules",
        "left over: more",
    ]


def test_check_of_a_tree_that_is_not_there(lvsc: Run, tmp_path: Path) -> None:
    assert lvsc("compile", EXAMPLE, "--check", cwd=tmp_path).returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_left_the_topology_leaves_the_tree(lvsc: Run, tmp_path: Path) -> None:
    lvsc("compile", str(ROOT / "examples" / "dr-pair.yaml"), cwd=tmp_path)
    assert lvsc("compile", EXAMPLE, cwd=tmp_path).returncode == 0
    assert not (tmp_path / "build" / "lvs2").exists()


def test_a_folder_with_files_of_others_is_refused_and_unchanged(lvsc: Run, tmp_path: Path) -> None:
    lvsc("compile", EXAMPLE, cwd=tmp_path)
    (tmp_path / "build" / "notes.txt").write_text("mine")
    before = files(tmp_path / "build")
    done = lvsc("compile", EXAMPLE, cwd=tmp_path)
    assert done.returncode == 3
    assert "build holds files that lvsc did not write: notes.txt" in done.stderr
    assert files(tmp_path / "build") == before


def test_a_folder_that_lvsc_did_not_write_is_refused(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "manifest.json").write_text("not json")
    (tmp_path / "build" / "x").write_text("mine")
    assert lvsc("compile", EXAMPLE, cwd=tmp_path).returncode == 3
    assert (tmp_path / "build" / "x").read_text() == "mine"


def test_errors_stop_it_before_anything_is_written(lvsc: Run, tmp_path: Path) -> None:
    done = lvsc("compile", BROKEN, cwd=tmp_path)
    assert done.returncode == 1
    assert "real-server-answers-arp" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_sentence(lvsc: Run) -> None:
    done = lvsc("compile", EXAMPLE, "-d", "/proc/build")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "cannot write /proc/build" in done.stderr
