"""Choosing rules, ignoring findings with a reason, living with a baseline, settings in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import ROOT

BROKEN = (ROOT / "examples/broken/dr-answers-arp.yaml").read_text(encoding="utf-8")
LINE = "net.ipv4.conf.all.arp_ignore: 0"
RULE = "real-server-answers-arp"


def topology(folder: Path, comment: str = "", above: str = "") -> str:
    """The broken example, with a comment beside the mistake, or above its host."""
    text = BROKEN.replace(LINE, f"{LINE}  {comment}".rstrip())
    path = folder / "web.lvsc.yaml"
    path.write_text(text.replace("  old1:\n", f"  {above}\n  old1:\n" if above else "  old1:\n"))
    return str(path)


def lines(lvsc: Run, *arguments: str, cwd: Path, **env: str) -> list[str]:
    """`rule` of each finding, then what is said last."""
    done = lvsc("lint", *arguments, "-o", "json", cwd=cwd, **env)
    assert done.stdout, done.stderr
    return [each["rule"] for each in json.loads(done.stdout)["findings"]] + [done.stderr.strip()]


@pytest.mark.parametrize(
    ("comment", "rules", "said"),
    [
        (f"# lvsc: ignore[{RULE}] goes in May", [], "lvsc: no findings, 1 ignored"),
        (f"# lvsc: ignore[{RULE}, port-remap] goes in May", ["unused-ignore"], "lvsc: 1 warning, 1 ignored"),
        (f"# lvsc: ignore[{RULE}] goes in May (until 2999-12-31)", [], "lvsc: no findings, 1 ignored"),
        (f"# lvsc: ignore[{RULE}] gone (until 2020-02-29)", [RULE, "expired-ignore"], "lvsc: 1 error, 1 warning"),
        (f"# lvsc: ignore[{RULE}] gone (until 2021-02-29)", [RULE, "wrong-ignore"], "lvsc: 1 error, 1 warning"),
        (f"# lvsc: ignore[{RULE}]", [RULE, "ignore-without-reason"], "lvsc: 1 error, 1 warning"),
        (f"# lvsc: ignore {RULE} x", [RULE, "wrong-ignore"], "lvsc: 1 error, 1 warning"),
        ("# lvsc: ignore[real-server-answers-app] x", [RULE, "wrong-ignore"], "lvsc: 1 error, 1 warning"),
        ("# lvsc: ignore[unknown-key] x", [RULE, "wrong-ignore"], "lvsc: 1 error, 1 warning"),
        ("# lvsc: ignore[port-remap] x", [RULE, "unused-ignore"], "lvsc: 1 error, 1 warning; --fix mends 1"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("#") else "",
)
def test_a_comment_beside_the_place(comment: str, rules: list[str], said: str, lvsc: Run, tmp_path: Path) -> None:
    assert lines(lvsc, topology(tmp_path, comment), cwd=tmp_path) == [*rules, said]


def test_a_comment_above_a_key_is_about_all_of_its_value(lvsc: Run, tmp_path: Path) -> None:
    path = topology(tmp_path, above=f"# lvsc: ignore[{RULE}] the whole host goes in May")
    assert lines(lvsc, path, cwd=tmp_path) == ["lvsc: no findings, 1 ignored"]
    moved = BROKEN.replace("  web2:", f"  # lvsc: ignore[{RULE}] another host\n  web2:")
    Path(path).write_text(moved)
    assert lines(lvsc, path, cwd=tmp_path) == ["unused-ignore", RULE, "lvsc: 1 error, 1 warning; --fix mends 1"]


def test_an_ignored_error_stops_no_other_command(lvsc: Run, tmp_path: Path) -> None:
    assert lvsc("compile", topology(tmp_path), cwd=tmp_path).returncode == 1
    assert lvsc("compile", topology(tmp_path, f"# lvsc: ignore[{RULE}] May"), cwd=tmp_path).returncode == 0


def test_what_is_hidden_is_in_json_with_its_reason(lvsc: Run, tmp_path: Path) -> None:
    done = lvsc("lint", topology(tmp_path, f"# lvsc: ignore[{RULE}] goes in May"), "-o", "json", cwd=tmp_path)
    (hidden,) = json.loads(done.stdout)["hidden"]
    assert (hidden["rule"], hidden["by"], hidden["reason"], hidden["line"]) == (RULE, "ignore", "goes in May", 20)


def test_rules_are_chosen_by_name(lvsc: Run, tmp_path: Path) -> None:
    path = topology(tmp_path)
    assert lines(lvsc, path, "--ignore", RULE, cwd=tmp_path) == ["lvsc: no findings"]
    assert lines(lvsc, path, "--select", "port-remap", cwd=tmp_path) == ["lvsc: no findings"]
    assert lines(lvsc, path, "--select", f"port-remap,{RULE}", cwd=tmp_path)[:1] == [RULE]
    assert lines(lvsc, path, cwd=tmp_path, LVSC_IGNORE=f"port-remap {RULE}") == ["lvsc: no findings"]
    done = lvsc("lint", path, "--ignore", "real-server-answers-app", cwd=tmp_path)
    assert (done.returncode, 'did you mean "real-server-answers-arp"?' in " ".join(done.stderr.split())) == (2, True)
    assert lvsc("lint", path, "--ignore", "unknown-key", cwd=tmp_path).returncode == 2


def test_a_rule_that_is_not_looked_at_makes_no_comment_unused(lvsc: Run, tmp_path: Path) -> None:
    path = topology(tmp_path, "# lvsc: ignore[port-remap] old")
    assert lines(lvsc, path, "--select", RULE, cwd=tmp_path)[:-1] == [RULE]


def test_a_baseline_knows_findings_whatever_their_line(lvsc: Run, tmp_path: Path) -> None:
    path = topology(tmp_path)
    done = lvsc("lint", path, "--baseline", "known.json", "--write-baseline", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "lvsc: wrote 1 error to known.json\n")
    Path(path).write_text("\n\n# moved\n" + BROKEN)
    done = lvsc("lint", path, "--baseline", "known.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "lvsc: no findings, 1 in the baseline\n")
    Path(path).write_text(BROKEN.replace("old1", "old2"))
    done = lvsc("lint", path, cwd=tmp_path, LVSC_BASELINE="known.json")
    assert (done.returncode, done.stderr) == (
        1,
        "lvsc: 1 error; 1 more of the baseline is mended: write it anew\n",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "x.json is no baseline"),
        ('{"version": 2}', "x.json is a baseline of version 2"),
        (None, "cannot read x.json"),
    ],
    ids=["no JSON", "another version", "missing"],
)
def test_a_file_that_is_no_baseline(text: str | None, said: str, lvsc: Run, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "x.json").write_text(text)
    done = lvsc("lint", topology(tmp_path), "--baseline", "x.json", cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (3, True)


def test_no_baseline_of_a_topology_that_cannot_be_used(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("lvsc: 1\nx: 1\n")
    done = lvsc("lint", "a.yaml", "--baseline", "known.json", "--write-baseline", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "known.json").exists()) == (3, False)
    assert lvsc("lint", "a.yaml", "--write-baseline", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("form", ["lvsc.toml", "pyproject.toml"])
def test_settings_are_found_above_and_flags_come_first(form: str, lvsc: Run, tmp_path: Path) -> None:
    head = "" if form == "lvsc.toml" else '[project]\nname = "x"\n[tool.lvsc]\n'
    (tmp_path / form).write_text(f'{head}ignore = ["{RULE}"]\nfail-on = "warning"\noutput = ["concise"]\n')
    (tmp_path / "deep").mkdir()
    path = topology(tmp_path / "deep", "# lvsc: ignore[port-remap] x")
    done = lvsc("lint", path, cwd=tmp_path / "deep")
    assert (done.returncode, done.stdout.count("\n"), "warning[unused-ignore]" in done.stdout) == (1, 1, True)
    assert lvsc("lint", path, "--fail-on", "error", cwd=tmp_path / "deep").returncode == 0
    assert lvsc("lint", path, cwd=tmp_path / "deep", LVSC_FAIL_ON="error").returncode == 0
    assert RULE in lvsc("lint", path, "--config", "", cwd=tmp_path / "deep").stdout


def test_settings_above_the_repository_do_not_count(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "lvsc.toml").write_text(f'ignore = ["{RULE}"]\n')
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    assert lvsc("lint", topology(tmp_path / "repo"), cwd=tmp_path / "repo").returncode == 1


def test_a_baseline_of_the_settings_lies_beside_them(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "lvsc.toml").write_text('baseline = "known.json"\n')
    (tmp_path / "deep").mkdir()
    path = topology(tmp_path / "deep")
    assert lvsc("lint", path, "--write-baseline", cwd=tmp_path / "deep").returncode == 0
    assert (tmp_path / "known.json").exists()
    assert lvsc("lint", path, cwd=tmp_path / "deep").returncode == 0


def test_a_setting_that_is_none_is_a_finding_at_its_place(lvsc: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.other]\nfail_on = 1\n[tool.lvsc]\nfail_on = "error"\nfail-on = "eror"\nignore = ["port-rempa"]\n'
    )
    done = lvsc("lint", topology(tmp_path, f"# lvsc: ignore[{RULE}] x"), "-o", "concise", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        'pyproject.toml:4:1: error[unknown-setting] unknown setting `fail_on`, did you mean "fail-on"?',
        "pyproject.toml:5:1: error[wrong-setting] `fail-on` is `eror`",
        "pyproject.toml:6:11: error[wrong-setting] `ignore` names `port-rempa`, which is no rule to choose, "
        'did you mean "port-remap"?',
    ]
    (tmp_path / "lvsc.toml").write_text("a = [")
    assert lvsc("lint", topology(tmp_path), cwd=tmp_path).returncode == 3
