"""Several files become one set of named objects; the same name twice is a finding that shows both places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lvsc.finding import Finding, Note, Severity
from lvsc.source import Map, Span

SECTIONS = ("networks", "routers", "clients", "directors", "failover", "real_servers", "pools", "vips", "services")


@dataclass(frozen=True, slots=True)
class Named:
    """An object of a section: its name as written, where, and what it says."""

    name: str
    at: Span
    node: Map


@dataclass(frozen=True, slots=True)
class Merged:
    """All files as one: objects by section, and the defaults."""

    sections: dict[str, list[Named]]
    service_defaults: Map | None
    start: Span
    tests: tuple[Map, ...] = ()


def merge(roots: Iterable[Map]) -> tuple[Merged, list[Finding]]:
    """Join files by name; of a name that stands twice the first is kept."""
    sections: dict[str, dict[str, Named]] = {section: {} for section in SECTIONS}
    findings: list[Finding] = []
    defaults: Map | None = None
    stated: Span | None = None
    roots = list(roots)
    for root in roots:
        for section in SECTIONS:
            _add(sections[section], section, root.get(section), findings)
        general = root.get("defaults")
        if isinstance(general, Map) and general.get("service"):
            at = general.key_span("service")
            if stated is not None:
                findings.append(_twice("defaults", "service", at, stated))
            else:
                defaults, stated = general["service"], at
    tests = tuple(node for root in roots for node in root.get("tests") or ())
    joined = {name: list(found.values()) for name, found in sections.items()}
    return Merged(joined, defaults, roots[0].span, tests), findings


def _add(found: dict[str, Named], section: str, objects: Any, findings: list[Finding]) -> None:
    if not isinstance(objects, Map):
        return
    for name, node in objects.items():
        at = objects.key_span(name)
        if name in found:
            findings.append(_twice(section, name, at, found[name].at))
        else:
            found[name] = Named(name, at, node)


def _twice(section: str, name: str, at: Span, first: Span) -> Finding:
    return Finding(
        "duplicate-name",
        Severity.ERROR,
        at,
        f"{section} has `{name}` twice",
        "rename or remove one of the two",
        (Note(first, "it stands here first"),),
    )
