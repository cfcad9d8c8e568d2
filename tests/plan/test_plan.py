"""Plans: from any table to any other, back again, and never a service without a real server in between."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lvsc.plan.document import plan_from_json, plan_json, steps_from_json, steps_json
from lvsc.plan.fleet import turns
from lvsc.plan.make import Plan, make
from lvsc.plan.order import Stage
from lvsc.plan.proof import replay
from lvsc.plan.thing import (
    Address,
    AddressValue,
    Key,
    Server,
    ServerValue,
    Service,
    ServiceValue,
    Setting,
    SettingValue,
    Things,
    Value,
)
from lvsc.plan.wanted import Wanted, wanted
from lvsc.report.plan import text
from tests.conftest import ROOT, site

HTTP = Service(4, "tcp", "192.0.2.100", 80)
WEB1, WEB2, WEB3 = (Server(HTTP, f"192.0.2.1{number}", 80) for number in (1, 2, 3))
WLC, DR = ServiceValue("wlc", 0, 0, 32), ServerValue("dr", 1)
NAMES: dict[Key, str] = {HTTP: "http", WEB1: "web1", WEB2: "web2", WEB3: "web3"}
OWNED: dict[Key, Value | None] = {HTTP: None}


def plan(live: Things, things: Things, drained: tuple[str, ...] = ()) -> Plan:
    return make(live, Wanted("lvs1", things, {}, {}, NAMES), OWNED, drained)


def shown(live: Things, things: Things) -> str:
    return text(plan(live, things), Wanted("lvs1", things, {}, {}, NAMES))


def test_what_is_right_needs_nothing() -> None:
    assert shown({HTTP: WLC, WEB1: DR}, {HTTP: WLC, WEB1: DR}) == "lvs1: nothing to do\n"


def test_a_plan_in_words() -> None:
    live = {HTTP: WLC, WEB1: DR, WEB2: DR}
    things = {HTTP: WLC._replace(scheduler="mh"), WEB1: DR._replace(weight=5), WEB3: DR}
    digest = plan(live, things).digest[:12]
    assert (
        shown(live, things)
        == f"""\
lvs1: 4 changes in 2 steps, then 1 to remove  (observed {digest})

  IPVS table: new services, real servers and weights
    ~ web1 (192.0.2.11:80) of http: weight 1 -> 5
    + web3 (192.0.2.13:80) of http: dr, weight 1
    ~ web2 (192.0.2.12:80) of http: weight 1 -> 0

  IPVS table: services edited in place
    ~ http (192.0.2.100:80/tcp): scheduler wlc -> mh

  what leaves, once drained
    - web2 (192.0.2.12:80) of http

  traffic
    http (192.0.2.100:80/tcp): another share for web1, connections live on; new connections also to web3; \
no new connections to web2, those it has live on; edited in place, connections live on; web2 is removed once it has no \
connection
"""
    )


def test_icmp_errors_are_held_back_while_the_scheduler_changes() -> None:
    rate = Setting("net/ipv4/icmp_ratelimit")
    found = plan({HTTP: WLC, WEB1: DR, rate: SettingValue(1000)}, {HTTP: WLC._replace(scheduler="rr"), WEB1: DR})
    assert [step.stage for step in found.steps] == [Stage.GUARD, Stage.SCHEDULERS, Stage.UNGUARD]
    assert found.steps[-1].changes[0].after == SettingValue(1000)


def test_another_forwarding_method_waits_for_the_last_connection() -> None:
    found = plan({HTTP: WLC, WEB1: DR, WEB2: DR}, {HTTP: WLC, WEB1: ServerValue("nat", 1), WEB2: DR})
    assert [(step.stage, step.waits) for step in found.steps] == [(Stage.QUIESCE, ()), (Stage.METHOD, (WEB1,))]


def test_another_forwarding_method_of_the_only_real_server_is_refused() -> None:
    (refusal,) = plan({HTTP: WLC, WEB1: DR}, {HTTP: WLC, WEB1: ServerValue("nat", 1)}).refusals
    assert refusal.startswith("http: no real server would take new connections while another forwarding method is set")


def test_a_service_of_somebody_else_is_left_alone() -> None:
    other = Service(4, "tcp", "198.51.100.1", 443)
    live = {HTTP: WLC, WEB1: DR, other: WLC, Server(other, "198.51.100.2", 443): DR}
    found = plan(live, {HTTP: WLC, WEB1: DR})
    assert found.empty
    assert found.foreign == (other,)
    assert "left alone, not lvsc's: 198.51.100.1:443/tcp" in shown(live, {HTTP: WLC, WEB1: DR})


def test_who_was_drained_by_hand_stays_out() -> None:
    live = {HTTP: WLC, WEB1: DR._replace(weight=0), WEB2: DR}
    assert plan(live, {HTTP: WLC, WEB1: DR, WEB2: DR}, drained=("192.0.2.11",)).empty


def test_a_persistent_client_that_stays_is_told() -> None:
    template = Setting("net/ipv4/vs/expire_quiescent_template")
    value = ServiceValue("wlc", 1, 300, 32)
    found = plan({HTTP: value, WEB1: DR, WEB2: DR, template: SettingValue(0)}, {HTTP: value, WEB1: DR})
    assert "until 300 s after their last connection" in found.notes[0]


def test_an_order_that_another_director_would_not_have_is_told() -> None:
    value = ServiceValue("sh", 0, 0, 32)
    found = plan({HTTP: value, WEB2: DR}, {HTTP: value, WEB1: DR, WEB2: DR})
    assert "maps clients by the order of its real servers (sh)" in found.notes[0]


def test_a_vip_comes_after_its_settings() -> None:
    ignore, vip = Setting("net/ipv4/conf/all/arp_ignore"), Address("lo", "192.0.2.100/32")
    found = plan({ignore: SettingValue(0)}, {vip: AddressValue(), ignore: SettingValue(1)})
    assert [step.stage for step in found.steps] == [Stage.SETTINGS, Stage.ADDRESSES]


def test_a_plan_goes_into_a_file_and_back() -> None:
    host = site(ROOT / "examples" / "dr-pair.yaml").hosts["lvs1"]
    target = wanted(host, "/usr/bin/lvsc")
    found = make({}, target, {})
    digest, back = plan_from_json(plan_json(found, target))
    assert (digest, back) == (found.digest, replace(target, things=dict(back.things), table=dict(back.table)))
    assert steps_from_json(steps_json(found.steps)) == found.steps


def test_the_order_of_a_cluster() -> None:
    hosts = site(ROOT / "examples" / "dr-pair.yaml").hosts
    assert [(turn.hosts, turn.keep) for turn in turns(hosts)] == [
        (("web1", "web2", "web3"), True),
        (("lvs2",), False),
        (("lvs1",), False),
        (("web1", "web2", "web3"), False),
    ]


values = st.builds(ServerValue, st.sampled_from(["dr", "nat", "tun"]), st.integers(0, 3), st.integers(0, 2))
members = st.dictionaries(st.sampled_from([WEB1, WEB2, WEB3]), values)


@st.composite
def tables(draw: st.DrawFn) -> dict[Key, Value]:
    table: dict[Key, Value] = {Setting("net/ipv4/icmp_ratelimit"): SettingValue(1000)}
    if draw(st.booleans()):
        table[HTTP] = ServiceValue(draw(st.sampled_from(["rr", "mh", "sh"])), 0, 0, 32)
        table |= draw(members)
    return table


@settings(max_examples=150, deadline=None)
@given(tables(), tables())
def test_from_any_table_to_any_other_and_back(live: dict[Key, Value], things: dict[Key, Value]) -> None:
    found = plan(live, things)
    states = [now for _, now in replay(live, found.steps)]
    last = dict(states[-1] if states else live)
    for each in found.leaving:
        assert each.last is None
        value = last.pop(each.key)
        assert not isinstance(value, ServerValue) or value.weight == 0
    assert last == {**things, **{key: value for key, value in live.items() if isinstance(key, Setting)}}
    back = list(replay(states[-1] if states else live, [step.undo for step in reversed(found.steps)]))
    assert (back[-1][1] if back else live) == live
    if not found.refusals and serves(live) and serves(things):
        assert all(serves(now) for now in states)


def serves(table: Things) -> bool:
    return any(isinstance(value, ServerValue) and value.weight for value in table.values())
