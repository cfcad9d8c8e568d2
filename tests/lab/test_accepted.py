"""The real tools accept every emitted file of every example, and hold what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lvsc.emit import emit_host
from lvsc.lab.result import Played
from lvsc.lab.scene import Scene
from lvsc.state import Hosts
from lvsc.words import HostRole
from tests.conftest import BROKEN, EXAMPLES, site
from tests.lab.conftest import ACCEPTED, CLUSTERS, play, scene_of

KEEPALIVED, RULES = "etc/keepalived/keepalived.conf", "etc/lvsc/ipvsadm.rules"

# keepalived 2.2.7 -t ends itself when scripts run as another user than itself (lib/notify.c: check_script_secure).
AS_NOBODY = "setpriv --reuid nobody --regid nogroup --clear-groups"


def directors(hosts: Hosts) -> Hosts:
    """The directors alone; user-mode Linux has no nftables, so without marks, which these tools do not see."""
    return {name: replace(host, marks=()) for name, host in hosts.items() if host.role is HostRole.DIRECTOR}


def commands(hosts: Hosts) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, host in hosts.items():
        paths = {file.path for file in emit_host(host)}
        if KEEPALIVED in paths:
            yield name, ("sh", "-c", f"{AS_NOBODY} keepalived -t -f /run/lvsc-lab/{name}/{KEEPALIVED} 2>&1")
        if RULES in paths:
            yield name, ("sh", "-c", f"ipvsadm-restore </run/lvsc-lab/{name}/{RULES} 2>&1 && ipvsadm -Sn")


def asked(path: Path) -> Scene:
    hosts = directors(scene_of(path).hosts)
    return Scene(path.stem, hosts, (), commands=tuple(commands(hosts)))


@pytest.fixture(scope="module")
def answers() -> dict[str, Played]:
    return play((asked(path) for path in [*EXAMPLES, *BROKEN, *CLUSTERS, *ACCEPTED]), hands=4)


def words(rules: str) -> list[list[str]]:
    """Lines as ipvsadm prints them: in another order, with its defaults written out, and without the thresholds."""
    plain = re.sub(r" --tun-(type ipip|nocsum)| -[xy] [0-9]+", "", rules)
    return sorted(sorted(line.split()) for line in plain.splitlines())


@pytest.mark.parametrize("example", [*EXAMPLES, *CLUSTERS, *ACCEPTED], ids=lambda path: path.stem)
def test_the_real_tools_accept_it(example: Path, answers: dict[str, Played]) -> None:
    played = answers[example.stem]
    assert played.error == ""
    hosts = directors(site(example).hosts)
    asked = list(commands(hosts))
    assert len(played.outputs) == len(asked) > 0
    for (name, command), (code, said) in zip(asked, played.outputs, strict=True):
        assert code == 0, said
        if "keepalived" in command[2]:
            assert said == ""
        else:
            (rules,) = [file.text for file in emit_host(hosts[name]) if file.path == RULES]
            assert words(said) == words(rules)
