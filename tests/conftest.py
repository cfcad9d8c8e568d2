"""What all tests share."""

from __future__ import annotations

from pathlib import Path

from lvsc.graph import cluster
from lvsc.lower import lower
from lvsc.rules import Site
from lvsc.topology import load

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
BROKEN = sorted((ROOT / "examples" / "broken").glob("*.yaml"))


def site(path: Path) -> Site:
    """The cluster of a topology file that is right."""
    loaded = load([(str(path), path.read_bytes())])
    assert loaded.topology is not None
    assert not loaded.findings
    hosts = lower(loaded.topology)
    return Site(loaded.topology, hosts, cluster(hosts))
