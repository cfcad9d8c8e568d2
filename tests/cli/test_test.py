"""`lvsc test` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.conftest import ROOT

CLUSTER = "tests/verify/cluster.yaml"


def test_tests_that_hold(lvsc: Run) -> None:
    done = lvsc("test", "examples/dr-pair.yaml")
    assert (done.returncode, done.stderr) == (0, "lvsc: 5 of 5 tests hold\n")
    assert done.stdout.splitlines()[-2:] == [
        "ok    remote to shop-http without lvs1, web2: answered by web1, web3",
        "",
    ]


def test_tests_that_fail_are_shown_at_their_place(lvsc: Run) -> None:
    done = lvsc("test", CLUSTER)
    assert (done.returncode, done.stderr) == (1, "lvsc: 2 of 5 tests hold\n")
    assert "fails internet to http without lvs1, web1: answered by web2\n" in done.stdout
    assert "error[test-failed]: internet to http without lvs1, web1: is answered by web2\n" in done.stdout
    assert "20 |   - {from: internet, to: http, down: [lvs1, web1], answered_by: web1}" in done.stdout


def test_what_fails_in_any_form_of_lint(lvsc: Run, tmp_path: Path) -> None:
    done = lvsc("test", CLUSTER, "-o", "json")
    document = json.loads(done.stdout)
    assert [each["line"] for each in document["findings"]] == [20, 21, 22]
    assert lvsc("test", CLUSTER, "-o", "github").stdout.startswith(f"::error file={CLUSTER},line=20,")


def test_nothing_to_test_is_never_a_success(lvsc: Run) -> None:
    done = lvsc("test", "examples/dr-minimal.yaml")
    assert (done.returncode, "the topology has no `tests`" in done.stderr) == (3, True)


def test_a_topology_that_cannot_be_used(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("lvsc: 1\ntests: [{from: a}]\n")
    done = lvsc("test", "a.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "`tests[0]` has no `to`" in done.stdout


def test_lint_errors_do_not_stop_it(lvsc: Run, tmp_path: Path) -> None:
    text = (ROOT / "examples/broken/dr-answers-arp.yaml").read_text(encoding="utf-8")
    (tmp_path / "lvsc.yaml").write_text(f"{text}\ntests: [{{from: internet, to: http}}]\n")
    done = lvsc("test", cwd=tmp_path)
    assert done.returncode == 1
    assert "is answered past every director, by old1" in done.stdout
