"""Every fix that a rule offers, on every case that it has: it heals its finding and changes nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lvsc.finding import Cut, Drop, Finding, Put
from lvsc.fix import apply_edits
from lvsc.fix.rounds import Seen
from lvsc.graph import cluster
from lvsc.lower import lower
from lvsc.rules import RULES, Site, check
from lvsc.source import Map, Seq, read
from lvsc.topology import load

HERE = Path(__file__).parent
CASES = sorted({*HERE.glob("*/*.yaml"), *HERE.glob("*/kernel*/wrong.yaml")})
OFFERED = {
    "real-server-answers-arp", "real-server-announces-vip", "forwarding-off", "drops-gratuitous-arp",
    "director-hides-vip", "proxy-arp-answers-vip", "one-arm-redirects", "defence-always-on",
    "router-advertisements-ignored", "udp-stays-with-removed-server", "reverse-path-drops-tunnel",
    "reverse-path-drops-requests", "quiesced-server-keeps-clients", "reused-port-goes-to-old-server",
    "forwards-without-need", "hash-without-fallback", "follower-with-other-directors", "platform-without-multicast",
    "inside-does-not-follow", "preempt-before-sync", "failover-on-a-pause", "ftp-without-helper",
    "udp-without-one-packet", "persistence-per-port", "kube-proxy-answers-arp", "ports-become-one",
}  # fmt: skip


def look(name: str, data: bytes) -> tuple[Seen, Map]:
    loaded = load([(name, data)])
    assert loaded.topology is not None
    assert not loaded.findings
    hosts = lower(loaded.topology)
    return Seen(loaded.roots, list(check(Site(loaded.topology, hosts, cluster(hosts))))), loaded.roots[0]


def offered() -> Iterator[Any]:
    """Each fix of each case."""
    for path in CASES:
        seen, _ = look(path.name, path.read_bytes())
        for number, finding in enumerate(seen.findings):
            if finding.fix is not None:
                label = f"{finding.rule}-{path.parent.name if path.stem == 'wrong' else path.stem}-{number}"
                yield pytest.param(path, number, finding.rule, id=label)


ALL = list(offered())
# What is written once for several (an anchor) is nobody's to change for one.
SHARED = {"override", "anchor", "two_families"}
# Where the remedy alone brings another finding: the fix is offered, and `--fix` does not take it.
BRINGS = {
    ("follower-with-other-directors", "more"),
    ("persistence-per-port", "persistent"),
    ("ftp-without-helper", "lost"),
}


def comments(text: str) -> list[str]:
    return re.findall(r"(?:^|\s)#.*", text, re.M)


def difference(before: Any, after: Any, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The places at which two trees differ."""
    if isinstance(before, Map) and isinstance(after, Map):
        for key in before.keys() | after.keys():
            if key not in before or key not in after:
                yield (*path, key)
            else:
                yield from difference(before[key], after[key], (*path, key))
    elif isinstance(before, Seq) and len(before) == len(after) and any(isinstance(each, Map) for each in before):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from difference(one, other, (*path, number))
    elif before != after:
        yield path


def test_every_rule_that_offers_a_fix_is_known() -> None:
    assert {param.values[2] for param in ALL} & {module.RULE.name for module in RULES} == OFFERED


@pytest.mark.parametrize(("path", "number", "rule"), ALL)
def test_a_fix_heals_and_changes_nothing_else(path: Path, number: int, rule: str) -> None:
    data = path.read_bytes()
    seen, root = look(path.name, data)
    finding: Finding = seen.findings[number]
    assert finding.fix is not None
    done = apply_edits(root, data, finding.fix.edits)
    if done is None:
        assert path.stem in SHARED
        return
    changed = list(difference(root, read(path.name, done)))
    assert 1 <= len(changed) <= len(finding.fix.edits)
    kept = comments(done.decode())
    dropped = {edit.node.places[edit.key][0].start_mark.line for edit in finding.fix.edits if isinstance(edit, Drop)}
    lines = data.decode().splitlines()
    beside = [text for line in dropped for text in comments(lines[line])]
    assert kept == [text for text in comments(data.decode()) if text not in beside]
    after, _ = look(path.name, done)
    assert seen.identities[number] not in after.identities
    more = Counter(each.rule for each in after.findings) - Counter(each.rule for each in seen.findings)
    assert not more or (rule, path.stem) in BRINGS, [each.message for each in after.findings]


def test_edits_are_what_rules_may_offer() -> None:
    for param in ALL:
        path, number, _ = param.values
        seen, _ = look(path.name, path.read_bytes())
        fix = seen.findings[number].fix
        assert fix is not None
        assert all(isinstance(edit, (Put, Drop, Cut)) for edit in fix.edits)
