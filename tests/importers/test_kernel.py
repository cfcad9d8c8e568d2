"""Imported sources in a real kernel: the table that ipvsadm makes of a source is the one that lvsc makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lvsc.emit import emit_host
from lvsc.lab.scene import Scene
from lvsc.state import Held, Hosts, HostState, Link, LinkKind
from lvsc.words import HostRole, parse_interface
from tests.importers.cases import CASES, hosts_of, imported, name_of
from tests.lab.conftest import play
from tests.lab.test_accepted import AS_NOBODY, KEEPALIVED, RULES

# Of a service whose real servers all have weight 0.
NOTHING_ALIVE = re.compile(r"quorum 1 for .* exceeds total weight of real servers 0|hysteresis 0 >= quorum 0")
LOOPBACK = Link("lo", LinkKind.LOOPBACK, mtu=65536)
AT_ONCE = 1000  # lines: one argument of a program holds 128 KiB
TABLE = "ipvsadm -Sn; ipvsadm -Ln --thresholds"
# Lines that are refused, or hold what the language cannot say, make other tables.
TABLES = [folder for folder in CASES if folder.parent.name == "ipvsadm" and folder.name not in ("wrong", "edited")]
FILES = [folder for folder in CASES if folder.parent.name != "ipvsadm"]


def directors(folder: Path) -> Hosts:
    """The directors alone, without marks: user-mode Linux has no nftables."""
    found = imported(folder)
    assert found.text is not None
    hosts = hosts_of(found.text)
    return {name: replace(host, marks=()) for name, host in hosts.items() if host.role is HostRole.DIRECTOR}


def original(folder: Path) -> str:
    """The source without what import refused, and without options that it listed."""
    found = imported(folder)
    refused = {finding.at.line for finding in found.findings}
    lines = (folder / "ipvs.rules").read_text(encoding="utf-8").splitlines()
    kept = [line for number, line in enumerate(lines, 1) if number not in refused and not line.startswith("#")]
    return re.sub(r" --tun-(csum|nocsum)|^/sbin/", "", "".join(f"{line.strip()}\n" for line in kept), flags=re.M)


def commands(folder: Path, name: str, host: HostState) -> Iterator[str]:
    texts = {file.path: file.text for file in emit_host(host)}
    if folder in TABLES:
        yield f"ipvsadm -C; ipvsadm -R <<'END' 2>&1\n{texts[RULES]}END\n{TABLE}"
        yield f"ipvsadm -C; ipvsadm -R <<'END' 2>&1\n{original(folder)}END\n{TABLE}"
    elif KEEPALIVED in texts:
        lines = texts[KEEPALIVED].splitlines(keepends=True)
        for at in range(0, len(lines), AT_ONCE):
            yield f"cat >>/tmp/{name}.conf <<'END'\n{''.join(lines[at : at + AT_ONCE])}END"
        yield f"{AS_NOBODY} keepalived -t -f /tmp/{name}.conf 2>&1"


def judge(hosts: list[HostState]) -> HostState:
    """A host that has every device that the directors have, an address on each, and the modules that they need."""
    names = dict.fromkeys(link.name for host in hosts for link in host.links if link.segment)
    links = tuple(Link(name, LinkKind.ETHERNET, segment=f"wire-{name}") for name in names)
    held = [
        Held(name, interface)
        for number, name in enumerate(names)
        for text in (f"198.18.{number}.1/24", f"2001:db8:{number:x}::1/64")
        if (interface := parse_interface(text)) is not None
    ]
    services = tuple(service for host in hosts for service in host.ipvs)
    # Not managed: lvsc writes nothing to it, so that nothing is there but what the commands bring.
    return HostState("judge", HostRole.DIRECTOR, False, (LOOPBACK, *links), tuple(held), ipvs=services)


@pytest.fixture(scope="module")
def answers() -> dict[str, list[tuple[int, str]]]:
    """What each command said, by case; one boot and one host for all."""
    hosts: list[HostState] = []
    asked: list[tuple[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        for folder in [*TABLES, *FILES]:
            patch.chdir(folder)
            for host in directors(folder).values():
                hosts.append(host)
                asked += [(name_of(folder), text) for text in commands(folder, f"{name_of(folder)}-{host.name}", host)]
    commanded = tuple(("judge", ("sh", "-c", text)) for _, text in asked)
    played = play([Scene("imported", {"judge": judge(hosts)}, (), commands=commanded)])["imported"]
    assert played.error == ""
    found: dict[str, list[tuple[int, str]]] = {}
    for (case, _), output in zip(asked, played.outputs, strict=True):
        found.setdefault(case, []).append(output)
    return found


@pytest.mark.parametrize("folder", TABLES, ids=name_of)
def test_the_kernel_holds_the_same_table(folder: Path, answers: dict[str, list[tuple[int, str]]]) -> None:
    (ours, said), (theirs, wanted) = answers[name_of(folder)]
    assert (ours, theirs) == (0, 0)
    assert sorted(said.splitlines()) == sorted(wanted.splitlines())
    assert said.count("-A ") == original(folder).count("-A ") + original(folder).count("--add-service")


@pytest.mark.parametrize("folder", FILES, ids=name_of)
def test_keepalived_accepts_what_is_emitted(folder: Path, answers: dict[str, list[tuple[int, str]]]) -> None:
    said = answers[name_of(folder)]
    assert said
    assert [line for _, text in said for line in text.splitlines() if not NOTHING_ALIVE.search(line)] == []
    assert {code for code, text in said if not text} <= {0}
