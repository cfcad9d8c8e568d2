"""The tests of a topology: by the walk, and the same ones in a real kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from lvsc.finding import Severity
from lvsc.verify import cases, walked
from lvsc.verify.played import played
from tests.conftest import ROOT, site

CLUSTER = Path(__file__).with_name("cluster.yaml")
HOLDS = [True, True, False, False, False]


def said(text: str, folder: Path) -> list[str]:
    """What fails in a topology with these tests."""
    path = folder / "a.yaml"
    head = CLUSTER.read_text(encoding="utf-8").partition("tests:\n")[0]
    path.write_text(f"{head}tests:\n  - {text}\n")
    found, wrong = cases(site(path))
    results = [each.finding.message for each in walked(site(path), found) if each.finding is not None]
    return [each.message for each in wrong] + results


def test_each_test_holds_or_says_why() -> None:
    found, wrong = cases(site(CLUSTER))
    results = walked(site(CLUSTER), found)
    assert wrong == []
    assert [each.finding is None for each in results] == HOLDS
    assert [each.finding.message for each in results if each.finding is not None] == [
        "internet to http without lvs1, web1: is answered by web2",
        "internet to http without web1, web2: not answered at first: the virtual service has no real server for it "
        "on lvs1",
        "internet to http without lvs1, lvs2: no director that is up has it, or they share no address family",
    ]
    finding = results[2].finding
    assert finding is not None
    assert (finding.at.line, finding.severity, finding.rule) == (20, Severity.ERROR, "test-failed")
    assert finding.remedy.startswith("follow it with `lvsc walk ")
    assert any("schedules it (wlc) to web2" in hop.text for hop in finding.hops)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{from: internet, to: http, never: lvs1}", ["internet to http: meets lvs1"]),
        ("{from: internet, to: http, never: lvs2}", []),
        ("{from: internet, to: http, down: lvs1, never: lvs1}", []),
        ("{from: internet, to: http, down: lvs1, never: lvs2}", ["internet to http without lvs1: meets lvs2"]),
        ("{from: internet, to: http, answered_by: web1}", ["internet to http: is answered by web2"]),
        ("{from: internet, to: http, answered_by: [web1, web2]}", []),
        ("{from: nobody, to: http}", ["there is no client `nobody`"]),
    ],
    ids=[
        "a host that must not be met", "one that is not", "one that is down", "its heir", "half a pool", "all of it",
        "a client that is not inferred",
    ],
)  # fmt: skip
def test_what_is_wrong(text: str, why: list[str], tmp_path: Path) -> None:
    assert said(text, tmp_path) == why


def test_a_bypass_does_not_count_as_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "arp.yaml"
    text = (ROOT / "examples/broken/dr-answers-arp.yaml").read_text(encoding="utf-8")
    path.write_text(f"{text}\ntests: [{{from: internet, to: http}}]\n")
    (result,) = walked(site(path), cases(site(path))[0])
    assert result.finding is not None
    assert result.finding.message == "internet to http: is answered past every director, by old1, at first"


def test_the_example_holds() -> None:
    example = site(ROOT / "examples" / "dr-pair.yaml")
    results = walked(example, cases(example)[0])
    assert len(results) == 5
    assert all(each.finding is None for each in results)


def test_a_real_kernel_says_the_same() -> None:
    cluster = site(CLUSTER)
    results = played(cluster, cases(cluster)[0], None, 300)
    assert [each.finding is None for each in results] == HOLDS
    assert [each.answers for each in results][1:3] == [("web2",), ("web2",)]
