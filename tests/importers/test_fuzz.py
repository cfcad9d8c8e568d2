"""Whatever a file holds: findings, never an exception, and an end in time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lvsc.cli.foreign import _by_rules
from lvsc.importers import Files, Format, Imported, Options, Source, import_sources
from lvsc.topology import load
from tests.importers.cases import CASES, files_of

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = [(name, data) for folder in CASES if folder.name not in ("big", "large") for name, data in files_of(folder)]
FORMATS = {"conf": Format.KEEPALIVED, "cf": Format.LDIRECTORD, "rules": Format.IPVSADM}
PIECES = [
    b"{", b"}", b"}}", b"{{{{", b"\n", b"\r\n", b"\0", b"\xff", b"\xc2\xa0", "\u201c".encode(), b'"', b"'", b"\\", b"#",
    b"!", b"$X=$X\n$X\n", b"${X}", b"@id ", b"@^", b"~SEQ(a,1,2) ", b"include *\n", b"include /\n", b"->", b"=", b"-",
    b" 0 ", b" -1 ", b" 99999999999999999999 ", b" 1e400 ", b" nan ", b"[", b"]", b": ", b"x" * 3000, b"virtual_server",
    b" real_server 10.0.0.1 80 {", b"fwmark 1", b"group X", b" 255.255.0.255 ", b"10.0.0.1-99999", b"::/0", b"0.0.0.0",
    b"\xe2\x80\xa8", b"\x1b[31m", b"- &a *a", b"virtual=1\n", b"\treal=1->2 gate\n", b"-A -f 1\n", b"-a -f 1 -r ::1\n",
]  # fmt: skip


def whole(found: Imported) -> None:
    """What must hold of every import."""
    if found.text is None:
        assert found.findings
        return
    loaded = load([("topology.yaml", found.text.encode())])
    assert [each.message for each in loaded.findings] == []
    assert loaded.topology is not None
    for finding in [*found.findings, *_by_rules(found, "x")]:
        assert finding.at.line >= 1
        assert finding.message.isprintable()
    assert all(each.isprintable() for each in found.remarks)


def read(name: str, data: bytes, fold: bool = True) -> Imported:
    files = Files(lambda pattern: [name], lambda _: data)
    return import_sources([Source(name, data, FORMATS[name.rpartition(".")[2]])], Options(("id",), files, fold))


@FEW
@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=400))
def test_bytes(ending: str, data: bytes) -> None:
    whole(read(f"a.{ending}", data))


@FEW
@given(st.sampled_from(sorted(FORMATS)), st.lists(st.sampled_from(PIECES), max_size=40))
def test_pieces_of_the_grammars(ending: str, pieces: list[bytes]) -> None:
    whole(read(f"a.{ending}", b" ".join(pieces)))


@settings(FEW, max_examples=120)
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False), st.integers(1, 6))
def test_real_syntax_with_something_wrong(text: tuple[str, bytes], chance: random.Random, times: int) -> None:
    name, data = text
    for _ in range(times):
        at, piece = chance.randrange(len(data) + 1), chance.choice(PIECES)
        gone = chance.choice([0, 0, 1, 5, 40])
        data = data[:at] + piece + data[at + gone :]
    whole(read(name, data, chance.random() < 0.5))


@settings(FEW, max_examples=60)
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_real_syntax_with_lines_moved(text: tuple[str, bytes], chance: random.Random) -> None:
    name, data = text
    lines = data.split(b"\n")
    for _ in range(3):
        chance.choice([lines.pop, lambda at: lines.insert(at, lines[at]), lambda at: lines.append(lines[at])])(
            chance.randrange(len(lines))
        )
        if not lines:
            break
    whole(read(name, b"\n".join(lines)))


MANY = b"".join(b"-a -t 10.0.0.1:80 -r 10.1.%d.%d\n" % (n // 250, n % 250) for n in range(9000))
HUGE = [
    ("a.conf", b"{" * 60_000),
    ("a.conf", b"}" * 60_000),
    ("a.conf", b'"' * 200_001),
    ("a.conf", b"$A=" + b"$B " * 1000 + b"\n$B=" + b"$C " * 1000 + b"\n$C=x\n$A\n"),
    ("a.conf", b"".join(b"$A%d=$A%d $A%d\n" % (n, n + 1, n + 1) for n in range(60)) + b"$A0\n"),
    ("a.conf", b"virtual_server_group G {\n" + b"10.0.0.1-10.0.15.255 80\n" * 5 + b"}\nvirtual_server group G {\n}\n"),
    ("a.conf", b"include a.conf\n" * 5000),
    ("a.conf", b"vrrp_instance a { unicast_peer {\n" + b"10.0.0.1\n" * 50_000),
    ("a.conf", b"x " * 100_000),
    ("a.cf", b"virtual=1\n" + b"\treal=10.0.0.1->10.0.15.255 gate\n" * 20),
    ("a.cf", b"=" * 300_000),
    ("a.rules", b"-A -t 10.0.0.1:80\n" + MANY),
    ("a.rules", b"-" * 300_000),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), HUGE, ids=[f"{name}-{number}" for number, (name, _) in enumerate(HUGE)])
def test_a_huge_file_ends_in_time(name: str, data: bytes) -> None:
    start = time.process_time()
    read(name, data)
    assert time.process_time() - start < 8
