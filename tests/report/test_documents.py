"""JSON, SARIF, GitLab's and JUnit's reports against their schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from lvsc.finding import Severity
from lvsc.report import Report, form
from tests.conftest import ROOT
from tests.report.conftest import SCHEMAS, broken, clean, example, hostile, many, report, whole

MAKERS: list[Callable[[], Report]] = [broken, clean, hostile, lambda: many(30)]
IDS = ["broken", "clean", "hostile", "many"]
TWO_VIPS = """\
lvsc: 1
networks: {lan: {subnet: 192.0.2.0/24, gateway: 192.0.2.1}}
directors: {lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}}}}
real_servers:
  web1:
    managed: false
    interfaces: {eth0: {network: lan, address: 192.0.2.11}}
    holds: {vip_device: lo, sysctls: {net.ipv4.conf.all.arp_ignore: 0, net.ipv4.conf.all.arp_announce: 2}}
vips: {web: {address: 192.0.2.100, network: lan}}
services: {http: {vip: web, port: 80, mode: dr, real_servers: [web1]}}
"""


def rendered(name: str, made: Report) -> str:
    return form(name).render(made, False)


@pytest.mark.parametrize("make", MAKERS, ids=IDS)
def test_json_is_what_its_schema_says(make: Callable[[], Report]) -> None:
    made = make()
    document = whole(rendered("json", made), ROOT / "schemas" / "report.schema.json")
    assert [each["message"] for each in document["findings"]] == [each.message for each in made.findings]


@pytest.mark.parametrize("make", MAKERS, ids=IDS)
def test_sarif_is_what_its_schema_says(make: Callable[[], Report]) -> None:
    whole(rendered("sarif", make()), SCHEMAS / "sarif-2.1.0.json")


@pytest.mark.parametrize("make", MAKERS[:2] + MAKERS[3:], ids=IDS[:2] + IDS[3:])
def test_gitlab_is_what_its_schema_says(make: Callable[[], Report]) -> None:
    made = make()
    document = whole(rendered("gitlab", made), SCHEMAS / "gitlab-code-quality.json")
    assert len({each["fingerprint"] for each in document}) == len(made.findings)


def as_tree(element: ElementTree.Element) -> dict[str, Any]:
    children = [as_tree(child) for child in element]
    return {"tag": element.tag, "attributes": element.attrib, "text": element.text, "children": children}


@pytest.mark.parametrize("make", MAKERS, ids=IDS)
def test_junit_is_what_its_schema_says(make: Callable[[], Report]) -> None:
    root = ElementTree.fromstring(rendered("junit", make()))
    whole(json.dumps(as_tree(root)), SCHEMAS / "junit.json")
    assert int(root.attrib["tests"]) == len(list(root.iter("testcase")))
    assert int(root.attrib["failures"]) == len(list(root.iter("failure")))


def test_advice_fails_no_test() -> None:
    root = ElementTree.fromstring(rendered("junit", many(2, Severity.INFO)))
    assert (root.attrib["tests"], root.attrib["failures"]) == ("2", "0")


def result(made: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(rendered("sarif", made))["runs"][0]
    return document


def test_sarif_shows_the_packets_way_as_a_code_flow() -> None:
    run = result(broken(paths={"cluster/web.lvsc.yaml": "deep/cluster/web lvsc.yaml"}))
    (found,) = run["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "deep/cluster/web%20lvsc.yaml"
    assert place["region"] == {"startLine": 20, "startColumn": 39, "endLine": 20, "endColumn": 40}
    flow = found["codeFlows"][0]["threadFlows"][0]["locations"]
    assert flow[-1]["location"]["message"]["text"] == "internet eth0: has its answer from old1"
    assert [each["executionOrder"] for each in flow] == list(range(1, len(flow) + 1))
    on_old1 = next(each["location"] for each in flow if each["location"]["message"]["text"].startswith("old1"))
    assert on_old1["physicalLocation"]["region"]["startLine"] == 17


def test_sarif_describes_the_rules_that_speak_and_no_other() -> None:
    (rule,) = result(broken(rules_url="https://docs.example/rules/{rule}.md"))["tool"]["driver"]["rules"]
    assert rule["id"] == "real-server-answers-arp"
    assert rule["helpUri"] == "https://docs.example/rules/real-server-answers-arp.md"
    assert "Why it hurts" in rule["help"]["text"]
    assert len(rule["fullDescription"]["text"]) <= 1024
    assert result(clean())["tool"]["driver"]["rules"] == []
    assert "helpUri" not in result(broken())["tool"]["driver"]["rules"][0]


def test_every_rules_text_fits_github() -> None:
    from lvsc.report.sarif import _rule
    from lvsc.rules.pages import PAGES

    for name in PAGES:
        described = _rule(broken(), name, Severity.ERROR)
        assert 0 < len(described["fullDescription"]["text"]) <= 1024
        assert 0 < len(described["shortDescription"]["text"]) <= 1024


def test_sarif_stops_where_code_scanning_does() -> None:
    run = result(many(5010))
    assert len(run["results"]) == 5000
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("10 more findings are left out")


def test_sarif_addresses_are_relative() -> None:
    for made in (broken(), example("broken/tun-reverse-path.yaml")):
        for each in result(made)["results"]:
            uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert uri == "cluster/web.lvsc.yaml"


def test_a_topologys_text_is_no_link_in_sarif() -> None:
    (found,) = result(hostile())["results"]
    assert "\\[x](https" in found["message"]["text"]
    assert "\x1b" not in rendered("sarif", hostile())


def test_the_identity_is_that_of_the_objects_not_of_the_lines() -> None:
    (first,) = broken().identities
    moved = (
        (ROOT / "examples/broken/dr-answers-arp.yaml")
        .read_text(encoding="utf-8")
        .replace("lvsc: 1\n", "\n# x\nlvsc: 1\n")
    )
    assert report(moved, "elsewhere.yaml").identities == [first]
    assert report(moved.replace("old1", "old2")).identities != [first]
    assert report(moved.replace("web: {addr", "www: {addr").replace("vip: web", "vip: www")).identities != [first]


def test_two_findings_about_one_thing_are_told_apart() -> None:
    made = many(3)
    assert len(set(made.identities)) == 3


def test_a_finding_on_a_flow_mapping_knows_its_objects() -> None:
    (found,) = json.loads(rendered("json", report(TWO_VIPS)))["findings"]
    assert found["objects"] == ["real_servers.web1", "vips.web"]
