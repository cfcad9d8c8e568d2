"""A topology opened for a command: its files, its findings, and the cluster behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lvsc.cli.files import read_files
from lvsc.finding import Finding, Severity
from lvsc.graph import cluster
from lvsc.lower import lower
from lvsc.rules import Site, check
from lvsc.topology import load


@dataclass(frozen=True, slots=True)
class Opened:
    """What every command starts from; no site where the text itself is wrong."""

    sources: dict[str, str]
    findings: tuple[Finding, ...]
    site: Site | None

    @property
    def unreadable(self) -> bool:
        """Whether a file is no YAML that lvsc reads."""
        return any(finding.rule == "unreadable" for finding in self.findings)

    @property
    def broken(self) -> bool:
        """Whether an error stands in the way of using it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def open_topology(paths: Sequence[str]) -> Opened:
    """Read, check and lint the files."""
    return open_files(read_files(paths))


def open_files(files: Sequence[tuple[str, bytes]]) -> Opened:
    """Check and lint files that were read."""
    loaded = load(files)
    findings, site = list(loaded.findings), None
    if loaded.topology is not None and not findings:
        hosts = lower(loaded.topology)
        site = Site(loaded.topology, hosts, cluster(hosts))
        findings = list(check(site))
    sources = {name: data.decode("utf-8-sig", "replace") for name, data in files} if findings else {}
    return Opened(sources, tuple(sorted(findings, key=lambda finding: finding.sort_key)), site)
