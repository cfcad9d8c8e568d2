"""The keywords that are frequent in real files are understood; every other one is reported by name and line."""

from __future__ import annotations

import pytest

from lvsc.importers.keepalived_words import KNOWN, NO_PLACE, NOTHING, SAME, TAKEN, is_secret
from tests.importers.cases import from_texts

# Those of 92 real files with virtual servers that stand in six of them or more, the most frequent first.
_FREQUENT = """
virtual_server real_server delay_loop protocol weight lb_algo lvs_sched lb_kind lvs_method connect_timeout
global_defs interface virtual_ipaddress vrrp_instance virtual_router_id priority state advert_int connect_port
TCP_CHECK delay_before_retry persistence_timeout router_id authentication auth_type auth_pass retry nb_get_retry
path notification_email notification_email_from smtp_server MISC_CHECK misc_path url HTTP_GET status_code alpha
smtp_connect_timeout quorum sorry_server misc_timeout nopreempt smtp_alert vrrp_sync_group group quorum_up
inhibit_on_failure nat_mask quorum_down omega unicast_peer track_interface notify_master connect_ip virtualhost
vrrp_script unicast_src_ip lvs_sync_daemon enable_script_security script_user script track_script interval
track_file ops virtual_server_group notify_backup notify_fault uthreshold bindto vrrp_garp_interval
"""
FREQUENT = _FREQUENT.split()

TOP = sorted({"global_defs", "vrrp_instance", "vrrp_sync_group", "virtual_server", "virtual_server_group"})


@pytest.mark.parametrize("word", FREQUENT)
def test_a_frequent_keyword_is_known(word: str) -> None:
    assert SAME.get(word, word) in TAKEN | NO_PLACE | frozenset(NOTHING)


def test_each_keyword_has_one_fate() -> None:
    assert not TAKEN & NO_PLACE
    assert not TAKEN & frozenset(NOTHING) - {"authentication"}
    assert not NO_PLACE & frozenset(NOTHING)
    assert len(KNOWN) > 300


SOURCE = """vrrp_instance V {{
 interface eth0
 virtual_router_id 9
 priority 9
 virtual_ipaddress {{ 10.0.0.100/24 }}
{vrrp}
}}
virtual_server 10.0.0.100 80 {{
{service}
 real_server 10.0.0.11 80 {{
{server}
 TCP_CHECK {{
{check}
 }}
 }}
}}
"""
PLACES = ("vrrp", "service", "server", "check")
# What these places take, and others not.
THERE = {"service": {"smtp_alert"}, "server": {"smtp_alert"}}
ALONE = ("bfd_instance", "vrrp_script", "vrrp_track_process")


@pytest.mark.parametrize("place", PLACES)
def test_what_has_no_place_is_listed_with_its_line(place: str) -> None:
    words = sorted(NO_PLACE - set(ALONE) - THERE.get(place, set()))
    texts = dict.fromkeys(PLACES, "") | {place: "\n".join(f"{word} 7" for word in words)}
    source = SOURCE.format(**texts)
    found = from_texts([("a.conf", source)])
    assert found.text is not None
    listed = "\n".join(found.remarks)
    lines = [line.split() for line in source.splitlines()]
    for word in words:
        shown = word if is_secret(word) else f"{word} 7"
        line = f"{shown}: a.conf:{lines.index([word, '7']) + 1}"
        assert f"no place in the language yet: {line}" in listed
        assert f"\n# - {line}" in found.text


def test_every_word_that_is_reported_stands_in_the_topology_too() -> None:
    found = from_texts([("a.conf", SOURCE.format(vrrp="", service="snmp_name 2", server="frobnicate 9", check=""))])
    assert found.text is not None
    assert "# - snmp_name 2: a.conf:9" in found.text
    assert "# - keepalived does not know `frobnicate`: a.conf:11" in found.text


def test_a_taken_word_in_another_block_is_reported() -> None:
    found = from_texts([("a.conf", SOURCE.format(vrrp="lvs_sched rr", service="", server="", check=""))])
    assert [(each.rule, each.at.line, each.message) for each in found.findings] == [
        ("unknown-keyword", 6, "`lvs_sched` does not belong here")
    ]
