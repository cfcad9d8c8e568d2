"""Pairs of versions, made by changing the words of a topology."""

from __future__ import annotations

from lvsc.diff import Difference, Side, compare
from lvsc.graph import cluster
from lvsc.lower import lower
from lvsc.rules import Site, check
from lvsc.topology import load
from tests.conftest import ROOT

PAIR = (ROOT / "examples" / "dr-pair.yaml").read_text(encoding="utf-8").partition("\ntests:")[0]
SINGLE = (ROOT / "examples" / "dr-minimal.yaml").read_text(encoding="utf-8")
NAT = (ROOT / "examples" / "nat-two-arm.yaml").read_text(encoding="utf-8")


def side(name: str, text: str) -> Side:
    """A version."""
    if not text:
        return Side(name, (), {}, ())
    loaded = load([(f"{name}.yaml", text.encode())])
    assert loaded.topology is not None, loaded.findings
    assert not loaded.findings
    hosts = lower(loaded.topology)
    return Side(name, loaded.roots, hosts, list(check(Site(loaded.topology, hosts, cluster(hosts)))))


def changed(text: str, *changes: tuple[str, str]) -> Difference:
    """The difference that these replacements make."""
    after = text
    for old, new in changes:
        assert old in after, old
        after = after.replace(old, new)
    return compare(side("before", text), side("after", after))
