"""A rehearsal in the running kernel; that kernel is user-mode Linux here, so that it may have ip_vs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lvsc.lab import uml
from lvsc.lab.boot_program import Program
from tests.conftest import ROOT

INSIDE = f"""
import json, sys
from pathlib import Path
sys.path[:0] = {[str(ROOT), *filter(None, sys.path)]!r}
from lvsc.lab import host
from lvsc.lab.rehearsal import rehearse
from lvsc.lab.scene import scene
from lvsc.lower import lower
from lvsc.topology import load
path = Path({str(ROOT / "examples" / "nat-two-arm.yaml")!r})
hosts = lower(load([(path.name, path.read_bytes())]).topology)
(played,) = rehearse([scene("nat", hosts)], host, 600)
said = {{"error": played.error, "outcomes": {{each.probe.service: dict(each.answers) for each in played.outcomes}}}}
Path(sys.argv[1], "said.json").write_text(json.dumps(said))
"""


def test_the_host_backend_plays_a_cluster(tmp_path: Path) -> None:
    script = tmp_path / "inside.py"
    script.write_text(INSIDE)
    ran = uml.run(Program(script, tmp_path, ("ip_vs", "ip_vs_rr", "ip_vs_wlc", "veth", "bridge"), 900.0))
    assert (ran.finished, ran.exit_code) == (True, 0), ran.log
    said = json.loads((tmp_path / "said.json").read_text())
    assert said["error"] == ""
    assert said["outcomes"] == {service: {"app1": 2, "app2": 2} for service in ("web", "dns", "ftp")}
