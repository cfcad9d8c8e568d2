"""Several files are one topology, joined by name."""

from __future__ import annotations

import pytest

from lvsc.topology import Loaded, load
from tests.conftest import EXAMPLES

PLACE = tuple[str, int, int]


def loaded(**files: str) -> Loaded:
    return load([(name, text.encode()) for name, text in files.items()])


def said(result: Loaded) -> list[tuple[str, str, PLACE, list[tuple[PLACE, str]]]]:
    return [
        (each.rule, each.message, each.at[:3], [(note.span[:3], note.text) for note in each.notes])
        for each in result.findings
    ]


NETWORKS = "lvsc: 1\nnetworks: {lan: {subnet: 192.0.2.0/24}}\n"
HOSTS = """lvsc: 1
directors: {lvs1: {interfaces: {eth0: {network: lan, address: 192.0.2.2}}}}
real_servers: {web1: {interfaces: {eth0: {network: lan, address: 192.0.2.11}}}}
"""
SERVICES = """lvsc: 1
vips: {web: {address: 192.0.2.100}}
services: {http: {vip: web, port: 80, mode: dr, real_servers: [web1]}}
"""


def test_sections_of_several_files_are_joined() -> None:
    result = loaded(a=SERVICES, b=HOSTS, c=NETWORKS)
    assert result.findings == ()
    assert result.topology is not None
    assert result.topology.services["http"].origin.name.file == "a"
    assert result.topology.networks["lan"].origin.at("subnet").file == "c"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_beside_an_empty_file(path: object) -> None:
    data = EXAMPLES[EXAMPLES.index(path)].read_bytes()  # type: ignore[arg-type]
    alone, joined = load([("a", data)]), load([("a", data), ("b", b"lvsc: 1\n")])
    assert joined.findings == ()
    assert joined == alone


@pytest.mark.parametrize(
    ("section", "name", "first", "second"),
    [
        ("networks", "lan", "{lan: {subnet: 192.0.2.0/24}}", "{lan: {subnet: 192.0.2.0/24}}"),
        ("routers", "r", "{r: {interfaces: {e: {network: lan}}}}", "{r: {interfaces: {e: {network: lan}}}}"),
        ("clients", "c", "{c: {network: lan}}", "{c: {network: lan}}"),
        ("directors", "d", "{d: {interfaces: {e: {network: lan}}}}", "{d: {interfaces: {e: {network: lan}}}}"),
        ("real_servers", "s", "{s: {interfaces: {e: {network: lan}}}}", "{s: {interfaces: {e: {network: lan}}}}"),
        ("pools", "p", "{p: {members: [web1]}}", "{p: {members: [web1]}}"),
        ("vips", "v", "{v: {address: 192.0.2.1}}", "{v: {address: 192.0.2.2}}"),
        (
            "services", "s", "{s: {vip: web, port: 1, mode: dr, real_servers: [web1]}}",
            "{s: {vip: web, port: 2, mode: dr, real_servers: [web1]}}",
        ),
        (
            "failover", "f", "{f: {directors: [lvs1], network: lan, virtual_router_id: 1}}",
            "{f: {directors: [lvs1], network: lan, virtual_router_id: 1}}",
        ),
    ],
)  # fmt: skip
def test_a_name_in_two_files_shows_both_places(section: str, name: str, first: str, second: str) -> None:
    rest = NETWORKS + HOSTS.replace("lvsc: 1\n", "") + "vips: {web: {address: 192.0.2.100}}\n"
    if section in ("networks", "directors", "real_servers", "vips"):
        rest = "\n".join(line for line in rest.split("\n") if not line.startswith(f"{section}:"))
    files = {"rest": rest} if section != "networks" else {}
    result = loaded(**files, a=f"lvsc: 1\n{section}: {first}\n", b=f"# two\nlvsc: 1\n{section}: {second}\n")
    column = len(section) + 4
    twice = (
        "duplicate-name",
        f"{section} has `{name}` twice",
        ("b", 3, column),
        [(("a", 2, column), "it stands here first")],
    )
    assert twice in said(result)


def test_defaults_in_two_files_show_both_places() -> None:
    defaults = "lvsc: 1\ndefaults:\n  service: {weight: 1}\n"
    result = loaded(a=defaults, b=defaults.replace("1}", "2}"))
    place = [(("a", 3, 3), "it stands here first")]
    assert said(result) == [("duplicate-name", "defaults has `service` twice", ("b", 3, 3), place)]


def test_empty_sections_and_defaults() -> None:
    sections = ("defaults", "networks", "routers", "clients", "directors", "failover", "real_servers", "pools", "vips")
    result = loaded(a="lvsc: 1\n" + "".join(f"{section}:\n" for section in (*sections, "services")))
    assert result.findings == ()
    assert result.topology is not None


def test_ranges_of_two_files_that_meet() -> None:
    first = "lvsc: 1\nreal_servers: {'web[1-3]': {interfaces: {eth0: {network: lan}}}}\n"
    second = "lvsc: 1\nreal_servers: {web2: {interfaces: {eth0: {network: lan}}}}\n"
    place = [(("a", 2, 16), "`web2` stands here first")]
    expected = [("duplicate-name", "`web2` names `web2` again", ("b", 2, 16), place)]
    assert said(loaded(n=NETWORKS, a=first, b=second)) == expected


def test_a_file_that_cannot_be_read_hides_what_the_others_lack() -> None:
    result = loaded(a=SERVICES, b="networks: [\n")
    assert result.topology is None
    assert [(each.rule, each.at.file) for each in result.findings] == [("unreadable", "b")]


def test_all_files_are_checked_for_their_shape() -> None:
    result = loaded(a="lvsc: 2\n", b="lvsc: 1\nnetworks: 5\n", c="- 1\n")
    assert result.topology is None
    assert [(each.rule, each.at.file) for each in result.findings] == [
        ("wrong-value", "a"),
        ("wrong-value", "b"),
        ("unreadable", "c"),
    ]


def test_no_files() -> None:
    assert load([]) == Loaded(None, ())


def test_a_key_twice_shows_both_places() -> None:
    result = loaded(a="lvsc: 1\nvips: {}\nlvsc: 1\n")
    place = [(("a", 1, 1), "it stands here first")]
    assert said(result) == [("unreadable", "the key `lvsc` stands twice", ("a", 3, 1), place)]
