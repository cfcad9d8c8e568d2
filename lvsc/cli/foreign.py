"""Files of other programs, for import and lint: found, read, and linted through the topology that they make."""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from lvsc.finding import LvscError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lvsc.cli.choice import Choice
    from lvsc.cli.opened import Opened
    from lvsc.finding import Finding
    from lvsc.importers import Files, Imported, Source

_MOST_FILES, _MOST_BYTES = 1000, 16 << 20


class FormatName(StrEnum):
    """A format of another program."""

    keepalived = "keepalived"
    ldirectord = "ldirectord"
    ipvsadm = "ipvsadm"


def sources(files: Sequence[tuple[str, bytes]], format_: FormatName | None) -> list[Source]:
    """The files of other programs; none where all are topologies. Raises LvscError for a mixture."""
    if format_ is None and all(name.endswith((".yaml", ".yml")) for name, _ in files):
        return []
    from lvsc.importers import Format, Source, detect

    found = [
        Source(name, data, Format(format_.value) if format_ else detect(name, data) or Format.TOPOLOGY)
        for name, data in files
    ]
    foreign = [each for each in found if each.format is not Format.TOPOLOGY]
    if foreign and len(foreign) < len(found):
        other = next(each.name for each in found if each.format is Format.TOPOLOGY)
        remedy = "name files of one sort, or say the format with --format"
        raise LvscError(f"{other} looks like a topology, {foreign[0].name} does not", remedy)
    return foreign


def of_snapshots(paths: Sequence[str]) -> list[Source]:
    """The directors of state files."""
    from lvsc.importers import Format, Source
    from lvsc.words import HostRole

    if not paths:
        return []
    from lvsc.snapshot import read_states

    hosts = [host for host in read_states(paths).hosts.values() if host.ipvs or host.role is HostRole.DIRECTOR]
    if not hosts:
        raise LvscError("no host of these state files has an IPVS table", "record a director with `lvsc snapshot`")
    return [Source(host.name, b"", Format.STATE, host) for host in hosts]


def here_and_now() -> Source:
    """This host; where keepalived runs, its file, with what the host holds beside it."""
    import socket

    from lvsc.cli.host import may_change
    from lvsc.importers import Format, Source
    from lvsc.kernel import daemons
    from lvsc.kernel.observe import observe

    may_change()
    host = observe(socket.gethostname().split(".")[0])
    daemon = daemons.keepalived()
    if daemon is None:
        return Source(host.name, b"", Format.STATE, host)
    data = _read(str(daemon.config))
    if data is None:
        raise LvscError(f"cannot read {daemon.config}, which keepalived runs with", "name the file instead of --live")
    return Source(str(daemon.config), data, Format.KEEPALIVED, host)


def included(anywhere: bool) -> Files:
    """The door for `include`."""
    from lvsc.importers import Files

    return Files(_find, _read, anywhere, os.path.realpath)


def _find(pattern: str) -> list[str]:
    try:
        found = itertools.islice(glob.iglob(pattern), _MOST_FILES)
        return sorted(name for name in found if os.path.isfile(name))
    except (OSError, ValueError):
        return []


def _read(name: str) -> bytes | None:
    try:
        with open(name, "rb") as file:
            return file.read(_MOST_BYTES + 1)
    except (OSError, ValueError):
        return None


def lint_foreign(found: Sequence[Source], config_ids: Sequence[str], choice: Choice) -> Opened:
    """What can be seen in a director's files, at their own lines, of what is chosen."""
    from lvsc.cli.opened import Opened
    from lvsc.importers import Options, import_sources

    imported = import_sources(found, Options(tuple(config_ids), included(False), fold=False))
    seen = [each for each in _by_rules(imported, found[0].name) if choice.takes(each.rule)]
    findings = [*imported.findings, *seen, *choice.config.findings]
    ordered = sorted(dict.fromkeys(findings), key=lambda finding: finding.sort_key)
    names = tuple(each.name for each in found)
    read = {**imported.sources, **choice.config.sources}
    return Opened(names, read, (), tuple(ordered), (), 0, None)


def _by_rules(imported: Imported, name: str) -> Iterator[Finding]:
    from lvsc.finding import Finding, Severity
    from lvsc.graph import cluster
    from lvsc.importers import NOT_CHECKED, OF_CHECKS, REMEDY, SEEN, Places, relocate
    from lvsc.lower import lower
    from lvsc.rules import RULES, Site
    from lvsc.source import Span
    from lvsc.topology import load

    if imported.text is None:
        return
    start = Span(name, 1, 1, 1, 2)
    places = Places(imported.places, start)
    loaded = load([(name, imported.text.encode())])
    yield from relocate(loaded.findings, places)
    if loaded.topology is None or loaded.findings:
        return
    hosts = lower(loaded.topology)
    site = Site(loaded.topology, hosts, cluster(hosts))
    wanted = SEEN if imported.checks else SEEN - OF_CHECKS
    for module in RULES:
        if module.RULE.name in wanted:
            yield from relocate(module.check(site), places)
    yield Finding("not-checked", Severity.INFO, start, NOT_CHECKED, REMEDY)
