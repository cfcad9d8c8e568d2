"""`lvsc diff`: refs, files, folders; what it refuses; its exit code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import ROOT

SINGLE = (ROOT / "examples" / "dr-minimal.yaml").read_text(encoding="utf-8")
FEWER = SINGLE.replace("[web1, web2]", "[web1]")


def git(folder: Path, *arguments: str) -> str:
    options = ["-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *options, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A commit with the cluster, and a change of it that is not committed."""
    git(tmp_path, "init", "-q")
    (tmp_path / "lvsc.yaml").write_text(SINGLE)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.yaml").write_text(SINGLE)
    (tmp_path / "deep" / "notes.txt").write_text("x")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    git(tmp_path, "tag", "v1")
    (tmp_path / "lvsc.yaml").write_text(FEWER)
    return tmp_path


def risk(lvsc: Run, *arguments: str, cwd: Path) -> str:
    done = lvsc("diff", *arguments, "-o", "json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["risk"])


def test_a_ref_beside_what_is_here(lvsc: Run, repository: Path) -> None:
    assert risk(lvsc, "HEAD", cwd=repository) == "medium"
    assert risk(lvsc, "v1", "HEAD", cwd=repository) == "none"
    git(repository, "commit", "-qam", "fewer")
    assert risk(lvsc, "HEAD^1", cwd=repository) == "medium"
    assert risk(lvsc, "main", cwd=repository) == "none"


def test_paths_of_a_ref_are_seen_from_here(lvsc: Run, repository: Path) -> None:
    (repository / "deep" / "b.yaml").write_text(FEWER)
    assert risk(lvsc, "HEAD", "--path", "deep", cwd=repository) == "medium"
    assert risk(lvsc, "HEAD", "--path", "deep/b.yaml", cwd=repository) == "medium"
    assert risk(lvsc, "HEAD", "--path", "b.yaml", cwd=repository / "deep") == "medium"
    assert risk(lvsc, "HEAD", "--path", "../lvsc.yaml", cwd=repository / "deep") == "medium"
    assert risk(lvsc, "HEAD", "--path", ".", cwd=repository / "deep") == "medium"


def test_files_and_folders(lvsc: Run, repository: Path) -> None:
    assert risk(lvsc, "deep/b.yaml", "lvsc.yaml", cwd=repository) == "medium"
    assert risk(lvsc, "deep", "lvsc.yaml", cwd=repository) == "medium"


def test_a_version_without_a_topology(lvsc: Run, repository: Path) -> None:
    git(repository, "rm", "-q", "--cached", "lvsc.yaml")
    git(repository, "commit", "-qm", "none")
    done = lvsc("diff", "HEAD", cwd=repository)
    assert (done.returncode, done.stderr) == (0, "lvsc: HEAD has no topology\n")
    assert done.stdout.startswith("risk: low")
    done = lvsc("diff", "HEAD", "HEAD", cwd=repository)
    assert (done.returncode, "neither version has a topology" in done.stderr) == (3, True)


@pytest.mark.parametrize(
    "ref",
    ["--output=owned", "-h-", "nowhere", "", "a b", "HEAD:lvsc.yaml", "main\x1b[2J"],
    ids=["an option", "a short one", "unknown", "empty", "a blank", "a file of a ref", "control characters"],
)
def test_what_is_no_ref_is_refused(ref: str, lvsc: Run, repository: Path) -> None:
    done = lvsc("diff", "--", ref, cwd=repository)
    assert done.returncode == 3
    assert "\x1b" not in done.stderr
    assert sorted(path.name for path in repository.iterdir()) == [".git", "deep", "lvsc.yaml"]


def test_no_path_leads_out_of_the_repository(lvsc: Run, repository: Path) -> None:
    assert lvsc("diff", "HEAD", "--path", "../x.yaml", cwd=repository).returncode == 3
    assert lvsc("diff", "HEAD", "--path", "/etc/passwd", cwd=repository).returncode == 3


def test_a_link_in_a_commit_is_not_followed(lvsc: Run, repository: Path) -> None:
    (repository / "x.lvsc.yaml").symlink_to("/etc/passwd")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "link")
    assert lvsc("diff", "HEAD", "v1", cwd=repository).returncode == 0


def test_outside_a_repository(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "lvsc.yaml").write_text(SINGLE)
    assert lvsc("diff", "HEAD", cwd=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent)).returncode == 3


def test_the_risk_may_decide_the_exit_code(lvsc: Run, repository: Path) -> None:
    assert lvsc("diff", "HEAD", "--fail-on", "high", cwd=repository).returncode == 0
    assert lvsc("diff", "HEAD", "--fail-on", "medium", cwd=repository).returncode == 1
    assert lvsc("diff", "HEAD", cwd=repository, LVSC_DIFF_FAIL_ON="low").returncode == 1


def test_a_version_that_cannot_be_used(lvsc: Run, repository: Path) -> None:
    (repository / "lvsc.yaml").write_text("lvsc: 1\nx: 1\n")
    done = lvsc("diff", "HEAD", cwd=repository)
    assert done.returncode == 1
    assert "here cannot be used as it is (1 error)" in done.stderr


def test_several_forms_in_one_run(lvsc: Run, repository: Path) -> None:
    done = lvsc("diff", "HEAD", "-o", "text", "-o", "json=d.json", "-o", "markdown=d.md", cwd=repository)
    assert done.stdout.startswith("risk: medium")
    assert json.loads((repository / "d.json").read_text())["version"] == 1
    assert "risk medium" in (repository / "d.md").read_text()
    assert lvsc("diff", "HEAD", "-o", "json", "-o", "text", cwd=repository).returncode == 2
    assert lvsc("diff", "HEAD", "-o", "html", cwd=repository).returncode == 2
