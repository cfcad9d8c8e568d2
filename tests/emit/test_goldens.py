"""Every example compiles to the committed files, byte by byte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from lvsc.emit import MANIFEST, emit_tree
from lvsc.lower import lower
from lvsc.state import HostState
from lvsc.words import HostRole
from tests.conftest import EXAMPLES, site

EXPECTED = Path(__file__).parent / "expected"


def committed(example: Path) -> dict[str, str]:
    root = EXPECTED / example.stem
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_compiles_to_its_goldens(example: Path) -> None:
    tree, wanted = emit_tree(site(example).hosts), committed(example)
    assert wanted.keys() <= tree.keys()
    assert {path: tree[path] for path in wanted} == wanted
    assert wanted.keys() in (tree.keys(), {MANIFEST})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_manifest_names_the_digest_of_every_file(example: Path) -> None:
    tree = emit_tree(site(example).hosts)
    files = json.loads(tree[MANIFEST])["files"]
    assert files == {path: hashlib.sha256(text.encode()).hexdigest() for path, text in tree.items() if path != MANIFEST}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_same_topology_in_another_order_gives_the_same_bytes(example: Path) -> None:
    hosts = site(example).hosts
    assert emit_tree(dict(reversed(hosts.items()))) == emit_tree(hosts)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_lines_stay_below_the_length_at_which_keepalived_splits_them(example: Path) -> None:
    for text in emit_tree(site(example).hosts).values():
        assert max(len(line.encode()) for line in text.splitlines()) < 1000


def test_nothing_is_emitted_for_hosts_that_lvsc_does_not_manage() -> None:
    hosts = {
        role.value: HostState(role.value, role, managed=False, sysctls=(("net/ipv4/ip_forward", 1),))
        for role in HostRole
    }
    assert list(emit_tree(hosts)) == [MANIFEST]


def test_lowering_twice_gives_equal_states() -> None:
    for example in EXAMPLES:
        topology = site(example).topology
        assert lower(topology) == lower(topology)
