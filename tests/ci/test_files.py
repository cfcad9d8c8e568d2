"""action.yml, the hooks and the CI examples: their schemas, and what an attacker could use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for
from ruamel.yaml import YAML

from lvsc.cli.files import discovered
from tests.conftest import ROOT

SCHEMAS = Path(__file__).parent / "schemas"
ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / "examples" / "ci" / "github.yml"
GITLAB = ROOT / "examples" / "ci" / "gitlab.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"


def loaded(path: Path) -> Any:
    return json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    ("path", "schema"),
    [(ACTION, "github-actions"), (WORKFLOW, "github-workflows"), (GITLAB, "gitlab-ci")],
    ids=["action", "workflow", "gitlab"],
)
def test_a_file_is_what_its_schema_says(path: Path, schema: str) -> None:
    wanted = json.loads((SCHEMAS / f"{schema}.json").read_text(encoding="utf-8"))
    kind = validator_for(wanted)
    errors = list(kind(wanted).iter_errors(loaded(path)))
    assert not errors, errors[0]


def test_no_input_is_part_of_a_script() -> None:
    for step in loaded(ACTION)["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_every_input_is_used_and_every_output_is_made() -> None:
    action, text = loaded(ACTION), ACTION.read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(action["inputs"])
    check = (ROOT / "action" / "check").read_text(encoding="utf-8")
    for name in action["outputs"]:
        assert f"{name}=" in check


def test_other_actions_are_pinned_by_their_whole_sha() -> None:
    steps = loaded(ACTION)["runs"]["steps"] + loaded(WORKFLOW)["jobs"]["lvsc"]["steps"]
    for uses in (step["uses"] for step in steps if "uses" in step):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses), uses


def test_a_pull_request_is_never_run_with_the_rights_of_the_base() -> None:
    assert "pull_request_target" not in WORKFLOW.read_text(encoding="utf-8")


def test_the_hooks_are_for_what_lvsc_finds() -> None:
    hooks = loaded(HOOKS)
    assert [hook["id"] for hook in hooks] == ["lvsc-lint", "lvsc-fix", "lvsc-test", "lvsc-compile-check"]
    for hook in hooks:
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False
        for name in ("lvsc.yaml", "web.lvsc.yaml", "cluster/web.lvsc.yaml", "xlvsc.yaml", "web.yaml"):
            assert bool(re.search(hook["files"], name)) == bool(discovered([name.rpartition("/")[2]]))
