"""The steps of action.yml, run in a shell as a runner would, on a pull request that breaks ARP on one real server."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.ci.test_files import ACTION, loaded
from tests.cli.test_diff import git
from tests.conftest import ROOT
from tests.report.conftest import SCHEMAS, whole

BROKEN = (ROOT / "examples/broken/dr-answers-arp.yaml").read_text(encoding="utf-8")
GOOD = BROKEN.replace("arp_ignore: 0", "arp_ignore: 1") + "\ntests: [{from: internet, to: http}]\n"
BAD = GOOD.replace("arp_ignore: 1", "arp_ignore: 0")
PLACE = "file=cluster/web.lvsc.yaml,line=20,endLine=20,col=39,endColumn=39,title=real-server-answers-arp"


@dataclass(frozen=True, slots=True)
class Ran:
    """What the steps did: the exit code of the last one that ran, what they printed, summary and outputs."""

    code: int
    log: str
    summary: str
    outputs: dict[str, str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A merge of a pull request, as a runner checks it out: the base is its first parent."""
    folder = tmp_path / "work space"
    (folder / "cluster").mkdir(parents=True)
    path = folder / "cluster" / "web.lvsc.yaml"
    git(folder, "init", "-q")
    path.write_text(GOOD)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "base")
    git(folder, "checkout", "-qb", "change")
    path.write_text(BAD)
    git(folder, "commit", "-qam", "change")
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "-m", "merge", "change")
    return folder


def run(repository: Path, api: str = "http://127.0.0.1:9", **inputs: str) -> Ran:
    """Every step in its order, until one fails; expressions are replaced as the runner does."""
    action = loaded(ACTION)
    values = {name: str(each.get("default", "")) for name, each in action["inputs"].items()}
    values |= {"command": str(Path(sys.executable).with_name("lvsc")), "token": "secret"}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    temp = repository.parent / "temp"
    temp.mkdir(exist_ok=True)
    context = {f"inputs.{name}": value for name, value in values.items()}
    context |= {"github.action_repository": "owner/lvsc", "github.action_ref": "v1"}
    logs, code = [], 0
    for step in action["runs"]["steps"]:
        code, log, outputs = _step(step, repository, temp, api, context)
        context |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
        logs.append(log)
        if code:
            break
    summary = temp / "summary"
    outputs = {name: _filled(each["value"], context) for name, each in action["outputs"].items()}
    return Ran(code, "".join(logs), summary.read_text() if summary.exists() else "", outputs)


def _filled(text: str, context: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: context.get(found[1], ""), text)


def _step(
    step: dict[str, Any], repository: Path, temp: Path, api: str, context: dict[str, str]
) -> tuple[int, str, dict[str, str]]:
    output = temp / f"output-{len(list(temp.iterdir()))}"
    output.touch()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(temp),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_WORKSPACE": str(repository),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(temp / "summary"),
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": api,
        "GITHUB_REPOSITORY": "owner/site",
        "GITHUB_SHA": "1" * 40,
        "GITHUB_REF": "refs/pull/7/merge",
        "RUNNER_TEMP": str(temp),
        **{name: _filled(str(value), context) for name, value in step.get("env", {}).items()},
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=repository,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    pairs = [line.partition("=") for line in output.read_text().splitlines()]
    return done.returncode, done.stdout, {name: value for name, _, value in pairs}


def test_a_pull_request_that_breaks_arp(repository: Path) -> None:
    ran = run(repository, paths="cluster")
    assert ran.code == 1
    assert f"::error {PLACE}::real server old1 answers ARP for VIP 192.0.2.100" in ran.log
    assert ran.outputs["exit-code"] == "1"
    assert (ran.outputs["errors"], ran.outputs["warnings"], ran.outputs["risk"]) == ("1", "0", "high")
    assert "### lvsc: 1 error" in ran.summary
    assert "lvsc diff: risk high" in ran.summary
    assert "| `http` | `internet` | `web1, web2, old1` | `past the director` |" in ran.summary
    assert "#### Tests of the topology that do not hold" in ran.summary
    assert re.search(r"^```mermaid\n(%%.*\n)?flowchart LR$", ran.summary, re.M)
    assert "https://github.com/owner/lvsc/blob/v1/docs/rules/real-server-answers-arp.md" in ran.summary
    document = whole(Path(ran.outputs["sarif-file"]).read_text(), SCHEMAS / "sarif-2.1.0.json")
    (result,) = document["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "cluster/web.lvsc.yaml"
    assert result["codeFlows"]
    assert len(Path(ran.outputs["summary-file"]).read_text()) < 65_536


def test_what_is_printed_before_the_annotations_is_no_command(repository: Path) -> None:
    lines = run(repository, paths="cluster").log.splitlines()
    stop = next(line for line in lines if line.startswith("::stop-commands::"))
    start = lines.index(f"::{stop.removeprefix('::stop-commands::')}::")
    first = next(number for number, line in enumerate(lines) if line.startswith("::error file="))
    assert lines.index(stop) < start < first
    assert run(repository, paths="cluster").log.splitlines() != lines


def test_a_folder_may_be_the_working_directory(repository: Path) -> None:
    ran = run(repository, working_directory="cluster", base_ref="HEAD^2", summary="false")
    assert f"::error {PLACE}::" in ran.log
    assert (ran.outputs["risk"], ran.summary) == ("none", "")


def test_a_good_pull_request_passes(repository: Path) -> None:
    git(repository, "revert", "--no-edit", "-m", "1", "HEAD")
    ran = run(repository, paths="cluster")
    assert (ran.code, ran.outputs["errors"], ran.outputs["risk"]) == (0, "0", "low")
    assert "::error" not in ran.log
    assert "### lvsc: no findings" in ran.summary


def test_the_gate_goes_by_what_was_asked(repository: Path) -> None:
    (repository / "cluster" / "web.lvsc.yaml").write_text(BAD.partition("\ntests:")[0])
    assert run(repository, paths="cluster", fail_on="never").code == 0
    assert run(repository, paths="cluster", fail_on="never", fail_on_risk="high").code == 1
    assert run(repository, paths="cluster", ignore="real-server-answers-arp").code == 0


def test_a_shallow_checkout_has_nothing_to_compare_with(repository: Path) -> None:
    shallow = repository.parent / "shallow"
    git(repository.parent, "clone", "-q", "--depth", "1", f"file://{repository}", str(shallow))
    ran = run(shallow, paths="cluster")
    assert (ran.code, ran.outputs["risk"]) == (1, "")
    assert "check out with fetch-depth 2" in ran.log


@pytest.mark.parametrize(
    "paths", ["--help", "$(touch owned)", "nowhere.yaml", "`touch owned`; touch owned"], ids=["a", "b", "c", "d"]
)
def test_paths_are_only_ever_paths(paths: str, repository: Path) -> None:
    ran = run(repository, paths=paths)
    assert ran.code == 3
    assert "Usage:" not in ran.log
    assert not (repository / "owned").exists()


class Api(BaseHTTPRequestHandler):
    """Code scanning, or a repository that has none."""

    status = 202
    seen: ClassVar[list[tuple[str, str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers["Authorization"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[str]:
    Api.seen, Api.status = [], 202
    server = HTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_findings_go_to_code_scanning(repository: Path, api: str) -> None:
    ran = run(repository, api, paths="cluster", category="web cluster", fail_on="never")
    ((path, authorization, sent),) = Api.seen
    assert (path, authorization) == ("/repos/owner/site/code-scanning/sarifs", "Bearer secret")
    assert (sent["commit_sha"], sent["ref"]) == ("1" * 40, "refs/pull/7/merge")
    document = gzip.decompress(base64.b64decode(sent["sarif"])).decode()
    run_ = whole(document, SCHEMAS / "sarif-2.1.0.json")["runs"][0]
    assert run_["automationDetails"]["id"] == "web_cluster/"
    assert len(run_["results"]) == 1
    assert "secret" not in ran.log
    assert not list((repository.parent / "temp").glob("lvsc-header*"))


def test_a_fork_may_only_read(repository: Path, api: str) -> None:
    Api.status = 403
    ran = run(repository, api, paths="cluster", fail_on="never", ignore="real-server-answers-arp")
    assert "code scanning did not take the findings (status 403)" in ran.log
    (repository / "cluster" / "web.lvsc.yaml").write_text(GOOD)
    assert run(repository, api, paths="cluster").code == 0
    assert run(repository, api, paths="cluster", sarif="true").code == 1
    Api.seen.clear()
    assert run(repository, api, paths="cluster", sarif="false").code == 0
    assert Api.seen == []
