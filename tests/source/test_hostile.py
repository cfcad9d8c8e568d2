"""Files made to exhaust time or memory: one clear fault each, soon, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc

import pytest

from lvsc.source import MAX_BYTES, SourceFault, read
from lvsc.source.builder import MAX_ALIASED, MAX_DEPTH, MAX_SCALAR

SECONDS = 10.0
MANY_ALIASES = f"aliases repeat more than {MAX_ALIASED} values"
TOO_DEEP = f"this is nested more than {MAX_DEPTH} levels deep"
TOO_LONG = f"more than {MAX_SCALAR}"


def laughs() -> bytes:
    first = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    return (first + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30))).encode()


def merges_of_a_large_mapping() -> bytes:
    large = ", ".join(f"k{i}: 1" for i in range(30_000))
    return (f"a: &a {{{large}}}\n" + "".join(f"b{i}: {{<<: *a}}\n" for i in range(3000))).encode()


def chain_of_merges() -> bytes:
    links = (f"a{i}: &a{i} {{<<: *a{i - 1}, k{i}: 1}}\n" for i in range(1, 5000))
    return ("a0: &a0 {k: 1}\n" + "".join(links)).encode()


def merge_of_many() -> bytes:
    return b"a: &a {" + b", ".join(b"k%d: 1" % i for i in range(1000)) + b"}\nb: {<<: [" + b"*a, " * 50_000 + b"]}\n"


HOSTILE = {
    "a billion laughs": (laughs(), MANY_ALIASES),
    "merges of a large mapping": (merges_of_a_large_mapping(), MANY_ALIASES),
    "a chain of merges": (chain_of_merges(), MANY_ALIASES),
    "one merge of many": (merge_of_many(), MANY_ALIASES),
    "many aliases of one word": (b"x-a: &a 1\nb: [" + b"*a," * (MAX_ALIASED + 2) + b"]\n", MANY_ALIASES),
    "open lists": (b"[" * 100_000, TOO_DEEP),
    "open mappings": (b"{" * 100_000, "a key must be a plain word, not a list or mapping"),
    "open mappings with keys": (b"{a: " * 100_000, TOO_DEEP),
    "closed lists": (b"a: " + b"[" * 100_000 + b"]" * 100_000, TOO_DEEP),
    "block lists": (b"- " * 100_000, TOO_DEEP),
    "block mappings": ("".join(" " * i + "a:\n" for i in range(2000)).encode(), TOO_DEEP),
    "explicit keys": (b"? " * 100_000, "a key must be a plain word, not a list or mapping"),
    "a quoted scalar": (b'a: "' + b"x" * 10_000_000 + b'"\n', TOO_LONG),
    "a plain scalar": (b"a: " + b"x" * 10_000_000 + b"\n", TOO_LONG),
    "a block scalar": (b"a: |\n" + b" xxxxxxxxx\n" * 1_000_000, TOO_LONG),
    "a folded scalar": (b'a: "' + b"\n" * 1_000_000 + b'"\n', TOO_LONG),
    "escapes": (b'a: "' + b"\\x41" * 1_000_000 + b'"\n', TOO_LONG),
    "a key": (b"x" * 10_000_000 + b": 1\n", TOO_LONG),
    "an explicit key": (b"? " + b"x" * 10_000_000 + b"\n: 1\n", "this key has 10000000 characters"),
    "a large file": (b"#" * (MAX_BYTES + 1), f"the file has {MAX_BYTES + 1} bytes, more than {MAX_BYTES}"),
    "blank lines": (b"\n" * (20 << 20), "the file is empty"),
    "blanks": (b" " * (20 << 20), "the file is empty"),
    "colons": (b":" * 1_000_000, TOO_LONG),
    "a tag": (b"a: !" + b"x" * 1_000_000 + b" y\n", "is not part of the language"),
    "an unknown anchor": (b"a: *" + b"x" * 1_000_000 + b"\n", "is not defined before this place"),
    "documents": (b"---\n" * 100_000, "a second document starts here"),
    "a directive": (b"%" + b"x" * 1_000_000 + b"\n---\na: 1\n", "this is not YAML: found unknown directive name"),
    "commas": (b"a: [" + b"," * 1_000_000 + b"]\n", "this is not YAML: did not find expected node content"),
}


@pytest.mark.parametrize(("data", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_one_fault_soon(data: bytes, message: str) -> None:
    start = time.process_time()
    with pytest.raises(SourceFault) as caught:
        read("f", data)
    assert time.process_time() - start < SECONDS
    assert message in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "data", [laughs(), merges_of_a_large_mapping(), chain_of_merges(), merge_of_many()],
    ids=["laughs", "merges", "chain", "one merge"],
)  # fmt: skip
def test_aliases_take_little_memory(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SourceFault):
            read("f", data)
        assert tracemalloc.get_traced_memory()[1] < 200 << 20
    finally:
        tracemalloc.stop()


LARGE = """
import gc, resource, time
gc.set_threshold(200_000, 20, 20)  # as lvsc.cli does
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from lvsc.source import MAX_BYTES, SourceFault, read
many = "the file holds more than 1000000 values"
for make, said in (
    (lambda: b"".join(b"k%d: 1\\n" % i for i in range(1_000_001)), many),
    (lambda: b"a: [" + b"[]," * (MAX_BYTES // 3 - 10), many),
    (lambda: b"#" * MAX_BYTES, "the file is empty"),
    (lambda: b"a: '" + b"x" * (MAX_BYTES - 10) + b"'", "this value has 67108854 characters, more than 65536"),
):
    data = make()
    start = time.process_time()
    try:
        read("f", data)
    except SourceFault as fault:
        assert fault.message == said, fault.message
    else:
        raise AssertionError(said)
    assert time.process_time() - start < 15, said
"""


def test_the_largest_files_stay_in_two_gigabytes() -> None:
    done = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_many_keys_are_read() -> None:
    root = read("f", b"".join(b"k%d: 1\n" % i for i in range(100_000)))
    assert len(root) == 100_000
    assert root.key_span("k99999").line == 100_000


def test_many_aliases_of_a_small_mapping_are_read() -> None:
    root = read("f", b"x-a: &a {p: 1}\n" + b"".join(b"k%d: {<<: *a}\n" % i for i in range(20_000)))
    assert len(root) == 20_000
    assert root["k19999"] == {"p": 1}
