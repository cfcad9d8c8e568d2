"""`lvsc lint --fix`, `--diff`, `--unsafe-fixes`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from lvsc.finding import Drop, Put
from lvsc.fix import apply_edits
from lvsc.source import Map, read
from tests.cli.conftest import Run
from tests.conftest import ROOT

NAT = """\
# A cluster.
lvsc: 1   # the version
networks:
  outside: {subnet: 203.0.113.0/24, gateway: 203.0.113.1}
  inside: {subnet: 10.0.0.0/24, gateway: lvs1}
directors:
  lvs1:
    interfaces: {eth0: {network: outside, address: 203.0.113.2}, eth1: {network: inside, address: 10.0.0.1}}
    sysctls:
      net.ipv4.ip_forward: 0        # why ever
      net.ipv4.vs.drop_entry: 3

real_servers:
  app1: {interfaces: {eth0: {network: inside, address: 10.0.0.11}}}
vips:
  app: {address: 203.0.113.100, network: outside}
services:
  # the shop
  web: {vip: app, port: 80, mode: nat, real_servers: [app1]}
"""
FIXED = NAT.replace("ip_forward: 0 ", "ip_forward: 1 ").replace("drop_entry: 3", "drop_entry: 1")


def test_fix_mends_and_keeps_all_else(lvsc: Run, tmp_path: Path) -> None:
    path = tmp_path / "nat.yaml"
    path.write_text(NAT)
    path.chmod(0o640)
    assert lvsc("lint", "nat.yaml", cwd=tmp_path).stderr == "lvsc: 1 error, 1 warning; --fix mends 2\n"
    done = lvsc("lint", "--fix", "nat.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "",
        "lvsc: mended 1 error, 1 warning in 1 file\nlvsc: no findings\n",
    )
    assert path.read_text() == FIXED
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_difference_changes_nothing(lvsc: Run, tmp_path: Path) -> None:
    path = tmp_path / "nat.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + NAT.replace("\n", "\r\n").encode())
    done = lvsc("lint", "--diff", "nat.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "-      net.ipv4.ip_forward: 0        # why ever\n" in done.stdout
    assert "+      net.ipv4.ip_forward: 1        # why ever\n" in done.stdout
    assert lvsc("lint", "--fix", "nat.yaml", cwd=tmp_path).returncode == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()
    assert lvsc("lint", "--diff", "nat.yaml", cwd=tmp_path).returncode == 0


def test_what_lvsc_does_not_manage_needs_a_second_flag(lvsc: Run, tmp_path: Path) -> None:
    path = tmp_path / "arp.yaml"
    text = (ROOT / "examples/broken/dr-answers-arp.yaml").read_text(encoding="utf-8")
    path.write_text(text)
    (found,) = json.loads(lvsc("lint", "arp.yaml", "-o", "json", cwd=tmp_path).stdout)["findings"]
    assert found["fix"] == "unsafe"
    assert lvsc("lint", "--fix", "arp.yaml", cwd=tmp_path).returncode == 1
    assert path.read_text() == text
    assert lvsc("lint", "--fix", "--unsafe-fixes", "arp.yaml", cwd=tmp_path).returncode == 0
    assert path.read_text() == text.replace("arp_ignore: 0", "arp_ignore: 1")


def test_what_is_ignored_or_not_chosen_is_not_fixed(lvsc: Run, tmp_path: Path) -> None:
    path = tmp_path / "nat.yaml"
    text = NAT.replace("drop_entry: 3", "drop_entry: 3  # lvsc: ignore[defence-always-on] under attack")
    path.write_text(text)
    assert lvsc("lint", "--fix", "--ignore", "forwarding-off", "nat.yaml", cwd=tmp_path).returncode == 0
    assert path.read_text() == text


def test_a_comment_that_hides_nothing_is_taken_out(lvsc: Run, tmp_path: Path) -> None:
    path = tmp_path / "lvsc.yaml"
    text = FIXED.replace("  # the shop\n", "  # the shop\n  # lvsc: ignore[port-remap] old\n")
    path.write_text(text.replace("[app1]}", "[app1]}  # lvsc: ignore[port-remap] older"))
    assert lvsc("lint", "--fix", cwd=tmp_path).stderr.startswith("lvsc: mended 2 warnings in 1 file")
    assert path.read_text() == FIXED


def test_standard_input_is_not_fixed(lvsc: Run) -> None:
    assert lvsc("lint", "--fix", "-", text=NAT).returncode == 2


def at(root: Map, *path: str) -> Map:
    for part in path:
        root = root[part]
    return root


@pytest.mark.parametrize(
    ("before", "path", "key", "value", "after"),
    [
        ("a:\n  b: 1  # x\nc: 2\n", ["a"], "d", 3, "a:\n  b: 1  # x\n  d: 3\nc: 2\n"),
        ("a:\n  b:\n    - 1\n    - 2 # y\n\nc: 2\n", ["a"], "d", 3, "a:\n  b:\n    - 1\n    - 2 # y\n  d: 3\n\nc: 2\n"),
        ("a: {b: 1} # z\n", ["a"], "d", [1, "x y"], 'a: {b: 1, d: [1, "x y"]} # z\n'),
        ("a: {}\n", ["a"], "d", {"e": True}, "a: {d: {e: true}}\n"),
        ("a: { b: [1, {c: 2}] , }\n", ["a"], "d", 1, "a: { b: [1, {c: 2}], d: 1 , }\n"),
        ("a:\n  b: |\n    text\nc: 1\n", ["a"], "d", 1, "a:\n  b: |\n    text\n  d: 1\nc: 1\n"),
        ("a:\n  - b: 1\n", ["a", "0"], "c", 1, "a:\n  - b: 1\n    c: 1\n"),
        ("a: [x, y] # z\nb: 1\n", [], "a", ["y"], "a: [y] # z\nb: 1\n"),
        ("a:\nb: 1\n", [], "a", 1, "a: 1\nb: 1\n"),
        ("a: 'old' # z\n", [], "a", "on: x", 'a: "on: x" # z\n'),
        ("a: 1", [], "b", "0x1", 'a: 1\nb: "0x1"'),
        ("x: &n {b: 1}\na: {<<: *n, c: 1}\n", ["a"], "b", 2, "x: &n {b: 1}\na: {<<: *n, c: 1, b: 2}\n"),
        ("a: &n {b: 1}\nc: *n\n", ["a"], "b", 2, None),
        ("a: &v 1\nb: *v\n", [], "a", 2, None),
        ("a:\n  - 1\n", [], "a", [2], None),
    ],
    ids=[
        "a block", "below a list", "brackets", "empty brackets", "a comma at the end", "below a text of lines",
        "an item of a list", "a list for a list", "nothing there", "in quotes", "no line end", "over a merge",
        "an alias elsewhere", "an anchor of its own", "a list in lines",
    ],
)  # fmt: skip
def test_a_key_gets_a_value(before: str, path: list[str], key: str, value: object, after: str | None) -> None:
    root = read("a.yaml", before.encode())
    node = root["a"][0] if path == ["a", "0"] else at(root, *path)
    done = apply_edits(root, before.encode(), [Put(node, key, value)])
    assert (done.decode() if done is not None else None) == after


@pytest.mark.parametrize(
    ("before", "path", "key", "after"),
    [
        ("a:\n  # of b\n  b: 1 # x\n  c: 2\n", ["a"], "b", "a:\n  # of b\n  c: 2\n"),
        ("a:\n  b:\n    - 1\n    - 2\n  c: 2\n", ["a"], "b", "a:\n  c: 2\n"),
        ("a: {b: 1, c: 2}\n", ["a"], "b", "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", ["a"], "c", "a: {b: 1}\n"),
        ("a: {b: 1}\n", ["a"], "b", "a: {}\n"),
        ("a:\n  b: 1\nc: 1\n", ["a"], "b", "a:\n  {}\nc: 1\n"),
        ("a:\n  b: |\n    text\n  c: 1\n", ["a"], "b", "a:\n  c: 1\n"),
        ("a: &n {b: 1, c: 1}\nd: *n\n", ["a"], "b", None),
    ],
    ids=[
        "a line", "several lines", "the first in brackets", "the last", "the only one", "the only line", "a text",
        "an alias elsewhere",
    ],
)  # fmt: skip
def test_a_key_goes(before: str, path: list[str], key: str, after: str | None) -> None:
    root = read("a.yaml", before.encode())
    done = apply_edits(root, before.encode(), [Drop(at(root, *path), key)])
    assert (done.decode() if done is not None else None) == after
