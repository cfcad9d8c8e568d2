"""Foreign files to the text of a topology, with what is wrong with them and what was not kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lvsc.finding import Finding
from lvsc.importers.compose import Written, compose
from lvsc.importers.detect import Format
from lvsc.importers.draft import Unit
from lvsc.importers.files import NO_FILES, Files
from lvsc.importers.footer import said
from lvsc.importers.ipvsadm import read_ipvsadm
from lvsc.importers.keepalived import read_keepalived
from lvsc.importers.ldirectord import read_ldirectord
from lvsc.importers.ledger import Kind, Ledger, masked
from lvsc.importers.paper import Place
from lvsc.importers.recorded import beside, compare, read_host
from lvsc.source import Span
from lvsc.state import HostState


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a known format; `host`: what the director holds that it is of, or all there is of it (STATE)."""

    name: str
    data: bytes
    format: Format
    host: HostState | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to read: hosts to choose by @id, where includes are found, and whether people will read the result."""

    config_ids: tuple[str, ...] = ()
    files: Files = NO_FILES
    fold: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """The text of a topology, None where there was nothing; findings and remarks about the source, which is masked."""

    text: str | None
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    sources: Mapping[str, str]
    places: Mapping[Place, Span] = field(default_factory=dict)
    checks: bool = True
    directors: int = 0


def import_sources(sources: Sequence[Source], options: Options) -> Imported:
    """All files as one cluster: each describes one director, or several hosts chosen by their ids."""
    ledger = Ledger()
    units: list[Unit] = []
    ids: list[str | None] = []
    texts: dict[str, list[str]] = {}
    for source in sources:
        for config_id in options.config_ids or (None,):
            if config_id is not None and source.format is not Format.KEEPALIVED and units:
                continue
            unit, read = _read(ledger, source, options, config_id)
            units.append(unit)
            ids.append(config_id)
            texts.update(read)
    written: Written | None = None
    if any(unit.services or unit.instances for unit in units):
        written = compose(ledger, units, ids, options.fold)
    elif not any(finding.rule == "unreadable" for finding in ledger.findings):
        for unit in units:
            remedy = "name a file that has some, or its format with --format"
            ledger.error("nothing-found", unit.start, "no virtual service and no VRRP instance is in this file", remedy)
    remarks = [f"{kind.value}: {line}" for kind in Kind for line in said(ledger, kind)]
    shown = {name: masked(lines, name, ledger.secrets) for name, lines in texts.items()}
    return Imported(
        written.text if written else None, ledger.findings, tuple(remarks), shown, written.places if written else {},
        any(unit.checks for unit in units), len(units),
    )  # fmt: skip


def _read(ledger: Ledger, source: Source, options: Options, config_id: str | None) -> tuple[Unit, dict[str, list[str]]]:
    if source.host is not None:
        return _live(ledger, source, source.host, options)
    if source.format is Format.KEEPALIVED:
        return read_keepalived(ledger, source.name, source.data, options.files, config_id)
    if source.format is Format.LDIRECTORD:
        return read_ldirectord(ledger, source.name, source.data)
    return read_ipvsadm(ledger, source.name, source.data)


def _live(ledger: Ledger, source: Source, host: HostState, options: Options) -> tuple[Unit, dict[str, list[str]]]:
    if source.format is Format.STATE:
        return read_host(ledger, source.name, host), {source.name: []}
    unit, read = _read(ledger, replace(source, host=None), options, None)
    compare(ledger, unit, host)
    return beside(unit, host), read
