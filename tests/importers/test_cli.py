"""`lvsc import`, and `lvsc lint` of other programs' files, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lvsc.importers import Format, detect
from tests.importers.cases import HERE
from tests.importers.conftest import Run

PAIR = HERE / "keepalived" / "tutorial_pair"


def test_two_files_become_one_topology_that_lints(lvsc: Run, tmp_path: Path) -> None:
    done = lvsc("import", "lvs1.conf", "lvs2.conf", "-o", str(tmp_path / "cluster.yaml"), cwd=PAIR)
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.endswith("cluster.yaml; 2 warnings, 7 remarks\n")
    assert "no place in the language yet: smtp_connect_timeout 30: lvs1.conf:10; lvs2.conf:10\n" in done.stderr
    assert (tmp_path / "cluster.yaml").read_text(encoding="utf-8") == (PAIR / "topology.yaml").read_text("utf-8")
    linted = lvsc("lint", str(tmp_path / "cluster.yaml"), "--output", "json")
    assert "unreadable" not in linted.stdout
    assert lvsc("compile", str(tmp_path / "cluster.yaml"), "-d", str(tmp_path / "build")).returncode == 0


def test_what_is_wrong_is_shown_where_it_stands_and_the_topology_is_written(lvsc: Run) -> None:
    done = lvsc("import", "node-a.conf", "node-b.conf", cwd=HERE / "keepalived" / "pair_at_odds")
    assert done.returncode == 1
    assert done.stdout.startswith("# Made by `lvsc import` from node-a.conf, node-b.conf.\n")
    assert "error[directors-differ]: VI_1: both nodes start as MASTER\n  --> node-b.conf:15:11\n" in done.stderr


def test_standard_input_and_a_format_that_nothing_tells(lvsc: Run) -> None:
    done = lvsc("import", "-", text="-A -t 192.0.2.100:80 -s rr\n-a -t 192.0.2.100:80 -r 192.0.2.11:80 -g\n")
    assert done.returncode == 0
    assert "scheduler: rr" in done.stdout
    done = lvsc("import", "-", "--format", "ldirectord", text="nothing here\n")
    assert done.returncode == 3
    assert "error[nothing-found]" in done.stderr
    assert lvsc("import", "examples/dr-pair.yaml").returncode == 3


@pytest.mark.parametrize(("arguments", "included"), [((), False), (("--include-anywhere",), True)])
def test_includes_stay_in_their_folder_unless_allowed(
    lvsc: Run, tmp_path: Path, arguments: tuple[str, ...], included: bool
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "other.inc").write_text("virtual_server 10.0.0.100 80 { real_server 10.0.0.11 80 { weight 7 } }\n")
    (tmp_path / "etc" / "link.inc").symlink_to("../other.inc")
    for name, line in (("a.conf", "include ../other.inc"), ("b.conf", "include link.inc")):
        (tmp_path / "etc" / name).write_text(f"global_defs {{ router_id a }}\n{line}\n")
        done = lvsc("import", f"etc/{name}", *arguments, cwd=tmp_path)
        assert ("weight: 7" in done.stdout) is included
        assert ("error[not-read]" in done.stderr) is not included


def test_lint_of_a_foreign_file_points_into_it(lvsc: Run) -> None:
    done = lvsc("lint", "keepalived.conf", "-o", "json", cwd=HERE / "keepalived" / "vip_outside")
    assert done.returncode == 1
    found = {each["rule"] for each in json.loads(done.stdout)["findings"]}
    assert {"port-remap", "address-conflict", "vip-without-instance", "not-checked"} <= found
    assert not found & {"no-way-back", "unreachable", "real-server-answers-arp", "real-server-undescribed"}


def test_a_table_is_not_blamed_for_checks_that_it_cannot_have(lvsc: Run) -> None:
    done = lvsc("lint", "ipvs.rules", "-o", "concise", cwd=HERE / "ipvsadm" / "numeric")
    assert done.returncode == 0
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == [
        "info[not-checked] not checked, because a director's file does not say it"
    ]


def test_topologies_and_other_files_do_not_mix(lvsc: Run) -> None:
    done = lvsc("lint", "examples/dr-pair.yaml", str(PAIR / "lvs1.conf"))
    assert done.returncode == 3
    assert "name files of one sort" in done.stderr


def test_one_file_for_several_hosts_is_read_once_for_each(lvsc: Run) -> None:
    folder = HERE / "keepalived" / "variables"
    done = lvsc("import", "keepalived.conf", "--config-id", "node1", "--config-id", "node2", cwd=folder)
    assert "directors: [node1, node2]" in done.stdout
    assert "lines for some hosts only (@node1, @node2)" in lvsc("lint", "keepalived.conf", cwd=folder).stdout


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("x", "vrrp_instance a {\n", Format.KEEPALIVED),
        ("x", "@main virtual_server_group a {\n", Format.KEEPALIVED),
        ("x.txt", "virtual=192.0.2.1:80\n", Format.LDIRECTORD),
        ("x", "-A -t 192.0.2.1:80\n", Format.IPVSADM),
        ("x", "/sbin/ipvsadm --add-service -t 192.0.2.1:80\n", Format.IPVSADM),
        ("x", "lvsc: 1\n", Format.TOPOLOGY),
        ("x.yaml", "virtual_server\n", Format.TOPOLOGY),
        ("etc/keepalived.conf", "\n", Format.KEEPALIVED),
        ("ldirectord.cf", "", Format.LDIRECTORD),
        ("x", "hello\n", None),
    ],
)
def test_a_format_is_told_by_what_a_file_says(name: str, text: str, wanted: Format | None) -> None:
    assert detect(name, text.encode()) is wanted
