"""What a change of the topology does: to traffic, failover, connections, at a reload, and how bad that is."""

from __future__ import annotations

import json

import pytest

from lvsc.diff import Difference, Risk, compare
from lvsc.report.difference import text
from lvsc.report.difference_machine import as_json
from lvsc.report.difference_markdown import markdown
from tests.conftest import ROOT
from tests.diff.conftest import NAT, PAIR, SINGLE, changed, side
from tests.report.conftest import whole

ARP = (ROOT / "examples" / "broken" / "dr-answers-arp.yaml").read_text(encoding="utf-8")
GOOD_ARP = ARP.replace("arp_ignore: 0", "arp_ignore: 1")
SMTP = "  shop-smtp:\n    vip: shop\n    port: 25\n"


def part(difference: Difference, title: str) -> list[str]:
    """The lines of a section of the text."""
    blocks = text(difference).split("\n\n")
    found = next((block for block in blocks if block.startswith(f"{title}\n")), "")
    return [line.strip() for line in found.splitlines()[1:]]


def test_nothing_is_no_risk() -> None:
    difference = changed(PAIR, ("# Two directors", "# Two good directors"))
    assert text(difference) == "risk: none (no host gets another file, and everybody is answered as before)\n"


def test_another_check_is_a_low_risk() -> None:
    difference = changed(PAIR, ("retries: 3", "retries: 4"))
    assert difference.risk is Risk.LOW
    assert part(difference, "objects") == ["~ defaults.service", "health.retries: 3 -> 4"]
    assert {(each.host, each.path, each.kind) for each in difference.files} == {
        (name, "etc/keepalived/keepalived.conf", "changed") for name in ("lvs1", "lvs2")
    }


def test_a_real_server_that_answers_arp_takes_the_service() -> None:
    difference = changed(GOOD_ARP, ("arp_ignore: 1", "arp_ignore: 0"))
    assert difference.weight == (Risk.HIGH, ("internet loses service http: it reaches it past the director",))
    assert part(difference, "traffic") == ["http from internet: web1, web2, old1 -> past the director"]
    assert part(difference, "objects") == [
        "~ real_servers.old1",
        "holds.sysctls.net.ipv4.conf.all.arp_ignore: 1 -> 0",
    ]
    assert [each.rule for each in difference.new_findings] == ["real-server-answers-arp"]
    healed = changed(ARP, ("arp_ignore: 0", "arp_ignore: 1"))
    assert [each.rule for each in healed.gone_findings] == ["real-server-answers-arp"]
    assert healed.risk is Risk.LOW


def test_a_service_that_goes() -> None:
    difference = changed(PAIR, (PAIR[PAIR.index("  shop-smtp:") :], ""))
    assert difference.risk is Risk.HIGH
    assert "office loses service shop-smtp: it is gone" in difference.weight[1]
    assert part(difference, "objects") == ["- services.shop-smtp"]
    assert "shop-smtp from office: web1, web2, web3 -> no such service" in part(difference, "traffic")


def test_another_port_is_a_service_that_goes_for_those_who_ask_the_old_one() -> None:
    difference = changed(PAIR, ("port: 25", "port: 587"))
    assert difference.risk is Risk.HIGH
    assert part(difference, "open connections")[0] == (
        "shop-smtp: 203.0.113.100:25/tcp is taken out: its connections hang, new ones are refused"
    )


def test_a_real_server_that_goes_cuts_its_connections() -> None:
    difference = changed(PAIR, ("web1: {weight: 2}, web2: {weight: 1}, ", "web1: {weight: 2}, "))
    assert difference.risk is Risk.MEDIUM
    assert part(difference, "open connections") == [
        "shop-http: web2 is taken out at once: its open connections hang; `weight: 0` first lets them end"
    ]
    assert part(difference, "reload") == [f"{name} deletes at once: shop-http: web2" for name in ("lvs1", "lvs2")]
    assert part(difference, "traffic") == [
        f"shop-http from {who}: web1, web2, web3 -> web1, web3" for who in ("remote", "office")
    ]


def test_a_drained_real_server_keeps_its_connections() -> None:
    difference = changed(PAIR, ("web1: {weight: 2}", "web1: {weight: 0}"))
    assert (difference.cuts, difference.risk) == ((), Risk.LOW)
    assert "lvs1 edits in place: shop-http: web1, weight 2 to 0: it gets no new connections, those it has go on" in (
        part(difference, "reload")
    )


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("web1: {weight: 2}", "web1: {weight: 5}", "lvs1 edits in place: shop-http: web1, weight 2 to 5"),
        (
            "web1: {weight: 2}",
            "web1: {weight: 2, upper_threshold: 100}",
            "lvs1 does not notice: shop-http: thresholds of web1, until something else of it changes",
        ),
        (
            "web1: {weight: 2}",
            "web1: {weight: 3, upper_threshold: 100}",
            "lvs1 edits in place: shop-http: web1, weight 2 to 3",
        ),
        (
            "scheduler: wlc",
            "scheduler: wrr",
            "lvs1 edits in place: shop-http: scheduler wlc to wrr, in which new connections are refused for some "
            "milliseconds",
        ),
        (
            "    port: 25\n",
            "    port: 25\n    persistence: 5m\n",
            "lvs1 edits in place: shop-smtp: persistence 0 s to 300 s",
        ),
    ],
    ids=["weight", "thresholds alone", "thresholds and weight", "scheduler", "persistence"],
)
def test_what_a_reload_of_keepalived_does(old: str, new: str, line: str) -> None:
    difference = changed(PAIR, (old, new))
    assert line in part(difference, "reload")
    assert difference.cuts == ()


def test_a_hash_sends_clients_elsewhere_when_servers_come() -> None:
    text_ = PAIR.replace("scheduler: wlc", "scheduler: sh\n    scheduler_flags: fallback")
    assert "lvs1 edits in place: shop-http: sh sends clients to other real servers than before" not in part(
        changed(text_, ("retries: 3", "retries: 4")), "reload"
    )
    difference = changed(text_, ("web1: {weight: 2}, ", ""))
    assert "lvs1 edits in place: shop-http: sh sends clients to other real servers than before" in part(
        difference, "reload"
    )


def test_a_unit_that_restores_the_table_only_adds() -> None:
    difference = changed(SINGLE, ("scheduler: wlc", "scheduler: wrr"))
    assert part(difference, "reload")[0].startswith("lvs1 does not notice: http: scheduler wlc to wrr")


def test_another_tool_takes_the_table() -> None:
    difference = changed(SINGLE, ("scheduler: wlc", "scheduler: wlc\n    health: {tcp: {}}"))
    assert difference.risk is Risk.MEDIUM
    assert part(difference, "reload") == [
        "lvs1 changes hands: keepalived takes the table over; the unit lvsc-table goes"
    ]


def test_another_forwarding_method_may_kill_connections() -> None:
    difference = changed(SINGLE, ("mode: dr", "mode: nat"))
    assert [(each.kind, each.real_server) for each in difference.cuts] == [("method", "web1"), ("method", "web2")]
    assert difference.risk is Risk.HIGH


def test_another_first_director_ends_connections() -> None:
    swap = ("directors: [lvs1, lvs2]", "directors: [lvs2, lvs1]")
    difference = changed(PAIR, swap)
    assert (
        part(difference, "open connections")
        == [
            f"{name}: 203.0.113.100, 2001:db8:1::100 move from lvs1 to lvs2, which knows no connection of it"
            for name in ("shop-http", "shop-smtp")
        ]
        or len(difference.cuts) == 2
    )
    synchronised = PAIR.replace(
        "virtual_router_id: 61", "virtual_router_id: 61\n    preempt: false\n    sync: {network: edge}"
    )
    assert changed(synchronised, swap).cuts == ()


def test_failover_that_is_lost_and_gained() -> None:
    lost = changed(PAIR, ("directors: [lvs1, lvs2]", "directors: [lvs1]"))
    assert sorted(part(lost, "failover")) == [
        "shop-http does not outlive the loss of lvs1 any more",
        "shop-smtp does not outlive the loss of lvs1 any more",
    ]
    assert lost.risk is Risk.MEDIUM
    gained = changed(PAIR.replace("directors: [lvs1, lvs2]", "directors: [lvs1]"), ("[lvs1]", "[lvs1, lvs2]"))
    assert sorted(part(gained, "failover"))[0] == "shop-http now outlives the loss of lvs1"
    assert gained.risk is Risk.LOW


def test_the_last_real_server_but_one() -> None:
    difference = changed(SINGLE, ("[web1, web2]", "[web1]"))
    assert "one real server alone answers service http" in difference.weight[1]


def test_a_cluster_that_is_new_or_goes() -> None:
    new = compare(side("before", ""), side("after", NAT))
    assert (new.risk, new.cuts, new.failover) == (Risk.LOW, (), ())
    assert {each.kind for each in new.objects} == {"added"}
    assert {each.kind for each in new.files} == {"added"}
    gone = compare(side("before", NAT), side("after", ""))
    assert gone.risk is Risk.HIGH


def test_lists_and_values_are_shown_as_a_file_has_them() -> None:
    difference = changed(SINGLE, ("[web1, web2]", "[web1]"), ("scheduler: wlc", "scheduler: wlc\n    as_one: true"))
    (change,) = difference.objects
    assert [(each.path, each.before, each.after) for each in change.values] == [
        ("real_servers", "[web1, web2]", "[web1]"),
        ("as_one", None, "true"),
    ]


VERSIONS = {
    "nothing": (PAIR, ("wlc", "wlc")),
    "arp": (GOOD_ARP, ("arp_ignore: 1", "arp_ignore: 0")),
    "much": (
        PAIR,
        ("directors: [lvs1, lvs2]", "directors: [lvs2]"),
        ("port: 25", "port: 26"),
        ("web1: {weight: 2}, ", ""),
    ),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_json_is_what_its_schema_says(name: str) -> None:
    before, *changes = VERSIONS[name]
    document = whole(as_json(changed(before, *changes)), ROOT / "schemas" / "diff.schema.json")
    assert document["risk"] == {"nothing": "none", "arp": "high", "much": "high"}[name]


def test_markdown_says_which_clients_lose_what() -> None:
    shown = markdown(changed(GOOD_ARP, ("arp_ignore: 1", "arp_ignore: 0")))
    assert "lvsc diff: risk high" in shown
    assert "| `http` | `internet` | `web1, web2, old1` | `past the director` |" in shown
    assert "<details><summary>Findings (1)</summary>" in shown
    assert "Everybody is answered as before." in markdown(changed(PAIR, ("retries: 3", "retries: 4")))


def test_markdown_fits_a_comment_and_stays_whole() -> None:
    many = "".join(
        f"  s{n}: {{vip: web, port: {n}, mode: dr, real_servers: [web1, web2]}}\n" for n in range(1000, 1800)
    )
    shown = markdown(changed(SINGLE + many, ("scheduler: wlc", "scheduler: rr"), ("[web1, web2]}", "[web1]}")))
    assert len(shown) < 61_000
    assert shown.count("<details>") == shown.count("</details>")
    assert "The rest is too long" in shown


def test_a_document_has_no_control_characters() -> None:
    difference = changed(PAIR, ("retries: 3", "retries: 4"))
    assert json.loads(as_json(difference))["files"][0]["diff"].startswith("--- a/lvs1/etc")
