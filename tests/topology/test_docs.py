"""docs/topology.md: its topologies are right, and it describes every key and no other."""

from __future__ import annotations

import json
import re

import pytest

from lvsc.graph import cluster
from lvsc.lower import lower
from lvsc.rules import Site, check
from lvsc.source import MAX_BYTES, builder
from lvsc.topology import load
from lvsc.topology.build_marks import FIRST_MARK, MARKS
from lvsc.topology.build_members import MAX_MEMBERS
from lvsc.topology.build_vips import MAX_DIRECTORS
from lvsc.topology.desk import MAX_EXPANDED
from lvsc.topology.ranges import MAX_RANGE
from lvsc.words import FLAGS, Scheduler
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "topology.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "schemas" / "topology.schema.json").read_text(encoding="utf-8"))
WHOLE = [block for block in re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.M | re.S) if block.startswith("lvsc: 1")]

# The tables of keys in order, by what they describe; a table that says what several models share names all of them.
TABLES = [
    "DefaultsSpec", "", "NetworkSpec", "HostSpec", "InterfaceSpec", "RouteSpec", "ClientSpec", "DirectorSpec",
    "KubernetesSpec", "FailoverSpec", "SyncSpec", "RealServerSpec", "HoldsSpec", "VipSpec", "ServiceSpec",
    "ServiceSettings", "MemberSpec", "PoolSpec", "PersistenceSpec", "TunnelSpec", "kinds of HealthSpec",
    "pace of HealthSpec", "HttpCheckSpec", "PageSpec", "SmtpCheckSpec", "DnsCheckSpec", "UdpCheckSpec", "ScriptSpec",
    "FileCheckSpec", "BfdCheckSpec", "SorrySpec", "ExpectationSpec",
]  # fmt: skip
WITHOUT_KEYS = {"TcpCheckSpec", "PingCheckSpec"}
# Models that have no keys but those of another.
SAME = {"RouterSpec": "RouterSpec", "ScriptCheckSpec": "ScriptSpec"}


def keys(name: str) -> set[str]:
    return set((SCHEMA["$defs"][name] if name else SCHEMA).get("properties", {}))


def wanted(table: str) -> set[str]:
    """The keys that a table describes."""
    kinds = {"tcp", "http", "https", "smtp", "dns", "udp", "ping", "script", "file", "bfd"}
    if table == "HttpCheckSpec":
        return keys(table) - keys("PageSpec")
    if table == "HostSpec":
        return keys("RouterSpec")
    if table in ("DirectorSpec", "RealServerSpec"):
        return keys(table) - keys("RouterSpec")
    if table == "ServiceSpec":
        return keys("ServiceSpec") - keys("ServiceSettings")
    if table.endswith("HealthSpec"):
        return keys("HealthSpec") & kinds if table.startswith("kinds") else keys("HealthSpec") - kinds
    return keys(table)


def tables() -> list[list[str]]:
    """The rows of each table of keys."""
    found = re.findall(r"^\| key \| type \| default \| meaning \|\n\|[-|]+\|\n((?:\|.*\|\n)+)", TEXT, re.M)
    return [rows.splitlines() for rows in found]


@pytest.mark.parametrize("text", WHOLE, ids=range(len(WHOLE)))
def test_topologies_are_right(text: str) -> None:
    loaded = load([("docs", text.encode())])
    assert loaded.findings == ()
    assert loaded.topology is not None
    hosts = lower(loaded.topology)
    assert list(check(Site(loaded.topology, hosts, cluster(hosts)))) == []


def test_there_are_whole_topologies() -> None:
    assert len(WHOLE) >= 6


def test_every_key_has_its_row_in_the_right_table() -> None:
    described = [{re.match(r"\| `([^`]+)` \|", row)[1] for row in rows} for rows in tables()]  # type: ignore[index]
    assert dict(zip(TABLES, described, strict=True)) == {table: wanted(table) for table in TABLES}


def test_the_tables_are_about_all_models() -> None:
    shown = {table.rpartition(" ")[2] for table in TABLES} | WITHOUT_KEYS | set(SAME)
    assert shown - {"", "HostSpec"} == set(SCHEMA["$defs"])
    assert all(not keys(name) for name in WITHOUT_KEYS)
    assert all(keys(name) == keys(other) for name, other in SAME.items())


def test_every_word_of_the_language_is_mentioned() -> None:
    mentioned = set(re.findall(r"`([^`\n]+)`", TEXT))
    words = {word for definition in _schemas(SCHEMA) for word in definition.get("enum", [])}
    assert words - mentioned == set()


def _schemas(schema: object) -> list[dict[str, list[str]]]:
    below = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    return [schema] * isinstance(schema, dict) + [found for each in below for found in _schemas(each)]  # type: ignore


def test_every_scheduler_has_a_row_with_its_flags() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \|([^|]*)\|$", TEXT, re.M))
    for scheduler in Scheduler:
        flags = [flag.value for flag in FLAGS.get(scheduler, ())]
        assert re.findall(r"\w+", rows[scheduler.value]) == flags


def test_the_limits_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| ([a-z ]+) \| (\d+)[^|]* \|$", TEXT, re.M))
    assert {key: int(value) for key, value in rows.items()} == {
        "bytes of a file": MAX_BYTES >> 20,
        "values of a file": builder.MAX_VALUES,
        "values repeated by aliases": builder.MAX_ALIASED,
        "nesting": builder.MAX_DEPTH,
        "characters of a key": builder.MAX_KEY,
        "characters of a value": builder.MAX_SCALAR,
    }
    assert f"{MAX_RANGE} names at most" in TEXT
    assert f"{MAX_EXPANDED} names and addresses" in TEXT
    assert f"{MAX_MEMBERS} real servers" in TEXT
    assert f"The directors, {MAX_DIRECTORS} at most" in TEXT
    assert f"between {FIRST_MARK:#x} and {FIRST_MARK + MARKS - 1:#x}" in TEXT


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z -]", "", line.lower()).strip().replace(" ", "-") for line in re.findall(r"^#+ (.*)$", TEXT, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings
