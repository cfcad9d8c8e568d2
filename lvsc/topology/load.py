"""Texts of topology files to the checked model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic_core import ValidationError

from lvsc.finding import Finding, Note, Severity
from lvsc.source import Map, SourceFault, read
from lvsc.topology.build import build
from lvsc.topology.faults import shape_findings
from lvsc.topology.merge import merge
from lvsc.topology.model import Topology
from lvsc.topology.spec.compiled import validator


@dataclass(frozen=True, slots=True)
class Loaded:
    """A topology and what is wrong with its text; None where a file has another shape than the language.

    `roots` are the files that could be read, whatever their shape.
    """

    topology: Topology | None
    findings: tuple[Finding, ...]
    roots: tuple[Map, ...] = field(default=(), compare=False)


def load(files: Iterable[tuple[str, bytes]]) -> Loaded:
    """Read, check and join the files, given as name and content."""
    findings: list[Finding] = []
    roots = tuple(root for name, data in files if (root := _root(name, data, findings)) is not None)
    if findings or not roots:
        return Loaded(None, tuple(findings), roots)
    merged, twice = merge(roots)
    topology, wrong = build(merged)
    return Loaded(topology, tuple(twice + wrong), roots)


def _root(name: str, data: bytes, findings: list[Finding]) -> Map | None:
    try:
        root = read(name, data)
    except SourceFault as fault:
        notes = (Note(*fault.related),) if fault.related else ()
        findings.append(Finding("unreadable", Severity.ERROR, fault.span, fault.message, fault.remedy, notes))
        return None
    try:
        validator()(root)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=True)
        findings.extend(shape_findings(root, [dict(each) for each in errors]))
    return root
