"""Fixes together: those that get in each other's way, those that do harm, and those of several files."""

from __future__ import annotations

from lvsc.finding import Finding, Fix, Put, Severity
from lvsc.fix.rounds import Files, Seen, fixed
from lvsc.source import read


def seen(files: Files) -> Seen:
    """A rule that wants `want` numbers in `have`, and another that hates 13."""
    roots = [read(name, data) for name, data in files.items()]
    found = []
    for root in roots:
        for key in root["want"]:
            if key not in (root["have"] or {}):
                edit = Put(root["have"], key, 1) if root["have"] is not None else Put(root, "have", {key: 1})
                found.append(
                    Finding(
                        f"wants-{key}", Severity.ERROR, root.key_span("want"), key, key, fix=Fix((edit,), key != "u")
                    )
                )
        if "13" in (root["have"] or {}):
            found.append(Finding("hates", Severity.ERROR, root.key_span("have"), "x", "y"))
    return Seen(roots, found)


def test_fixes_of_one_place_take_turns() -> None:
    files, healed = fixed({"a.yaml": b"want: [a, b]\nhave:\n"}, seen, False)
    assert files == {"a.yaml": b"want: [a, b]\nhave: {a: 1, b: 1}\n"}
    assert [finding.rule for finding in healed] == ["wants-a", "wants-b"]


def test_a_fix_that_brings_another_finding_is_not_taken() -> None:
    files, healed = fixed({"a.yaml": b'want: [a, "13", b]\nhave: {}\n'}, seen, False)
    assert files == {"a.yaml": b'want: [a, "13", b]\nhave: {a: 1, b: 1}\n'}
    assert len(healed) == 2


def test_each_file_gets_its_own() -> None:
    files, _ = fixed({"a.yaml": b"want: [a]\nhave: {}\n", "b.yaml": b"want: [b]\nhave: {}\n"}, seen, False)
    assert files == {"a.yaml": b"want: [a]\nhave: {a: 1}\n", "b.yaml": b"want: [b]\nhave: {b: 1}\n"}


def test_unsafe_ones_only_when_asked() -> None:
    before = {"a.yaml": b"want: [u]\nhave: {}\n"}
    assert fixed(before, seen, False) == (before, [])
    assert fixed(before, seen, True)[0] == {"a.yaml": b"want: [u]\nhave: {u: 1}\n"}
