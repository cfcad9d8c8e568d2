"""A topology opened for a command: its files, its findings, and the cluster behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lvsc.cli.choice import Choice, choose, read_known, rule_names
from lvsc.cli.files import read_files
from lvsc.finding import Finding, Severity
from lvsc.finding.baseline import without_known
from lvsc.finding.ignores import Hidden, apply
from lvsc.graph import cluster
from lvsc.lower import as_recorded, lower
from lvsc.rules import Site, check
from lvsc.source import Map, Outline, remarks
from lvsc.topology import load


@dataclass(frozen=True, slots=True)
class Opened:
    """What every command starts from; no site where the text itself is wrong.

    `hidden` are findings that a comment or the baseline hides, `gone` entries of the baseline that are mended.
    """

    files: tuple[str, ...]
    sources: dict[str, str]
    roots: tuple[Map, ...]
    findings: tuple[Finding, ...]
    hidden: tuple[Hidden, ...]
    gone: int
    site: Site | None

    @property
    def unreadable(self) -> bool:
        """Whether a file is no YAML that lvsc reads."""
        return any(finding.rule == "unreadable" for finding in self.findings)

    @property
    def broken(self) -> bool:
        """Whether an error stands in the way of using it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def saying(self, findings: Iterable[Finding]) -> Opened:
        """The same files with other findings to show."""
        ordered = tuple(sorted(findings, key=lambda finding: finding.sort_key))
        return replace(self, findings=ordered, hidden=())

    def fails(self, least: str) -> bool:
        """Whether there is a finding of this severity or a worse one; "never" is none."""
        if least == "never":
            return False
        return any(finding.severity.rank <= Severity(least).rank for finding in self.findings)


def open_topology(paths: Sequence[str], choice: Choice | None = None, snapshots: Sequence[str] = ()) -> Opened:
    """Read, check and lint the files, and leave out what is not wanted.

    Hosts that `snapshots` record are judged by what they hold.
    """
    return open_files(read_files(paths), choice or choose(), snapshots)


def open_files(files: Sequence[tuple[str, bytes]], choice: Choice, snapshots: Sequence[str] = ()) -> Opened:
    """The same of files that are already read."""
    loaded = load(files)
    findings, site = list(loaded.findings), None
    hidden: list[Hidden] = []
    gone = 0
    if loaded.topology is not None and not findings:
        hosts = lower(loaded.topology)
        if snapshots:
            from lvsc.snapshot import read_states

            hosts = as_recorded(hosts, read_states(snapshots).hosts)
        site = Site(loaded.topology, hosts, cluster(hosts))
        found = sorted((each for each in check(site) if choice.takes(each.rule)), key=lambda each: each.sort_key)
        findings, hidden, gone = _left(found, files, loaded.roots, choice)
    findings += choice.config.findings
    shown = findings or (site is not None and site.topology.tests)
    sources = {name: data.decode("utf-8-sig", "replace") for name, data in files} if shown else {}
    sources |= choice.config.sources if findings else {}
    names = tuple(name for name, _ in files)
    ordered = tuple(sorted(findings, key=lambda finding: finding.sort_key))
    return Opened(names, sources, loaded.roots, ordered, tuple(hidden), gone, site)


def _left(
    found: list[Finding], files: Sequence[tuple[str, bytes]], roots: Sequence[Map], choice: Choice
) -> tuple[list[Finding], list[Hidden], int]:
    """Without what comments and the baseline hide; with what is wrong with the comments."""
    hidden: list[Hidden] = []
    gone = 0
    known = read_known(choice)
    said = [remark for root, (_, data) in zip(roots, files, strict=True) for remark in remarks(root, data)]
    if said or known:
        outline = Outline(roots)
    about: list[Finding] = []
    if said:
        ignored = apply(found, said, outline, rule_names(), choice.takes, _today)
        found, hidden = ignored.kept, ignored.hidden
        about = [each for each in ignored.said if choice.takes(each.rule)]
    if known:
        found, accepted, gone = without_known(found, known, outline)
        hidden = hidden + accepted
    return found + about, hidden, gone


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()
